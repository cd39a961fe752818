// The options that Express' cors, Nest and @fastify/cors have in common, and how
// all adapters in JavaScript write an expression.

// anchored makes a RegExp of a policy's expression. RegExp.prototype.test, which
// all of these packages use, looks for it anywhere in an origin, so that it needs
// both anchors.
export function anchored (regex) {
  return new RegExp(`^(?:${regex})$`)
}

// corsOptions translates a policy; options without a value are left out.
export function corsOptions (policy) {
  const { request_headers: headers = [], expose_headers: expose, max_age: maxAge } = policy
  const options = {
    origin: origin(policy),
    methods: policy.methods ?? [],
    credentials: policy.credentials
  }
  if (!headers.includes('*')) options.allowedHeaders = headers // else those that are requested
  if (expose) options.exposedHeaders = expose
  if (maxAge !== undefined) options.maxAge = maxAge
  return options
}

function origin ({ origins = [], origin_regexes: regexes, origin_func: func }) {
  if (func) {
    return (origin, callback) => origin === func.throw
      ? callback(new Error('the origin callback throws'))
      : callback(null, origin === func.allow)
  }
  if (regexes) return regexes.map(anchored)
  return origins.length === 1 ? origins[0] : origins
}
