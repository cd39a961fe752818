// The adapter of Hono's cors middleware, on Node.
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { routes } from '../shared/js/app.js'
import { serve } from '../shared/js/node.js'
import { ask, body } from '../shared/js/web.js'

serve((policy) => {
  const app = new Hono()
  // Hono does not see what was set on Node's response: the outermost layer is its own.
  app.use(async (c, next) => {
    c.header('Vary', 'Accept-Encoding', { append: true })
    await next()
  })
  app.use(policy.zero_config ? cors() : cors(options(policy)))
  for (const { path, methods, answer } of routes()) {
    app.on(methods, path, async (c) => write(c, answer(await ask(c.req.raw))))
  }
  return getRequestListener(app.fetch)
}, { outerVary: false })

function options (policy) {
  const { request_headers: headers = [], max_age: maxAge } = policy
  return {
    origin: origin(policy),
    allowMethods: policy.methods ?? [],
    allowHeaders: allowHeaders(headers),
    exposeHeaders: policy.expose_headers ?? [],
    credentials: policy.credentials,
    ...(maxAge !== undefined && { maxAge })
  }
}

// The default, an empty list, allows the headers that are requested: that is any,
// and a header that is safelisted anyway says none.
function allowHeaders (headers) {
  if (headers.includes('*')) return []
  return headers.length ? headers : ['Accept']
}

function origin ({ origins = [], origin_func: func }) {
  if (func) {
    return (origin) => {
      if (origin === func.throw) throw new Error('the origin function throws')
      return origin === func.allow ? origin : null
    }
  }
  return origins.length === 1 ? origins[0] : origins
}

function write (c, answer) {
  for (const [how, name, value] of answer.fields) c.header(name, value, { append: how === 'add' })
  return c.body(body(answer), answer.status)
}
