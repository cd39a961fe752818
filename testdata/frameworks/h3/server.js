// The adapter of h3's handleCors, on Node.
import { H3, handleCors } from 'h3'
import { toNodeHandler } from 'h3/node'
import { routes } from '../shared/js/app.js'
import { serve } from '../shared/js/node.js'
import { anchored } from '../shared/js/options.js'
import { ask, body } from '../shared/js/web.js'

serve((policy) => {
  const app = new H3({ silent: true })
  // h3 does not see what was set on Node's response: the outermost layer is its own.
  app.use((event) => {
    event.res.headers.append('vary', 'Accept-Encoding')
    event.res.errHeaders.append('vary', 'Accept-Encoding')
  })
  const cors = policy.zero_config ? {} : options(policy)
  app.use((event) => {
    const preflight = handleCors(event, cors)
    if (preflight !== false) return preflight
  })
  for (const { path, methods, answer } of routes()) {
    for (const method of methods) app.on(method, path, async (event) => write(event, answer(await ask(event.req))))
  }
  return toNodeHandler(app)
}, { outerVary: false })

function options (policy) {
  const { request_headers: headers = [], max_age: maxAge } = policy
  return {
    origin: origin(policy),
    methods: any(policy.methods ?? []),
    allowHeaders: any(headers.length ? headers : ['Accept']), // an empty list allows every header
    exposeHeaders: any(policy.expose_headers ?? []),
    credentials: policy.credentials,
    maxAge: maxAge !== undefined && String(maxAge)
  }
}

function any (list) {
  return list.includes('*') ? '*' : list
}

function origin ({ origins = [], origin_regexes: regexes, origin_func: func }) {
  if (func) {
    return (origin) => {
      if (origin === func.throw) throw new Error('the origin function throws')
      return origin === func.allow
    }
  }
  if (regexes) return regexes.map(anchored)
  return any(origins)
}

function write (event, answer) {
  for (const [how, name, value] of answer.fields) {
    if (how === 'add') event.res.headers.append(name, value)
    else event.res.headers.set(name, value)
  }
  event.res.status = answer.status
  return body(answer) ?? ''
}
