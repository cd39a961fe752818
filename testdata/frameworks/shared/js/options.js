// The options that Express' cors, Nest and @fastify/cors have in common.

// corsOptions translates a policy. regexp writes an expression as the package's
// documentation does; options without a value are left out.
export function corsOptions (policy, regexp) {
  const { request_headers: headers = [], expose_headers: expose, max_age: maxAge } = policy
  const options = {
    origin: origin(policy, regexp),
    methods: policy.methods ?? [],
    credentials: policy.credentials
  }
  if (!headers.includes('*')) options.allowedHeaders = headers // else those that are requested
  if (expose) options.exposedHeaders = expose
  if (maxAge !== undefined) options.maxAge = maxAge
  return options
}

function origin ({ origins = [], origin_regexes: regexes, origin_func: func }, regexp) {
  if (func) {
    return (origin, callback) => origin === func.throw
      ? callback(new Error('the origin callback throws'))
      : callback(null, origin === func.allow)
  }
  if (regexes) return regexes.map(regexp)
  return origins.length === 1 ? origins[0] : origins
}
