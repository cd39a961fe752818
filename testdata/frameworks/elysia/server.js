// The adapter of Elysia with @elysiajs/cors, on Node.
import { cors } from '@elysiajs/cors'
import { node } from '@elysiajs/node'
import { Elysia } from 'elysia'
import { toNodeHandler } from 'srvx/node'
import { routes } from '../shared/js/app.js'
import { serve } from '../shared/js/node.js'
import { anchored } from '../shared/js/options.js'
import { ask, body } from '../shared/js/web.js'

serve((policy) => {
  const app = new Elysia({ adapter: node() })
  // Elysia does not see what was set on Node's response: the outermost layer is its own.
  app.onRequest(({ set }) => { set.headers.vary = 'Accept-Encoding' })
  app.use(policy.zero_config ? cors() : cors(options(policy)))
  for (const { path, methods, answer } of routes()) {
    const handler = async ({ request, set }) => write(set, answer(await ask(request)))
    for (const method of methods) app.route(method, path, handler, { parse: 'none' })
  }
  return toNodeHandler(app.fetch)
}, { outerVary: false })

function options (policy) {
  const { request_headers: headers = [], max_age: maxAge } = policy
  return {
    origin: origin(policy),
    methods: any(policy.methods ?? [], '*'),
    allowedHeaders: any(headers, true), // true: those that are requested
    exposeHeaders: any(policy.expose_headers ?? [], '*'),
    credentials: policy.credentials,
    ...(maxAge !== undefined && { maxAge })
  }
}

function any (list, every) {
  return list.includes('*') ? every : list
}

function origin ({ origins = [], origin_regexes: regexes, origin_func: func }) {
  if (func) {
    return (request) => {
      if (request.headers.get('Origin') === func.throw) throw new Error('the origin function throws')
      return request.headers.get('Origin') === func.allow
    }
  }
  if (regexes) return regexes.map(anchored)
  return origins
}

function write (set, answer) {
  for (const [how, name, value] of answer.fields) {
    const key = name.toLowerCase()
    if (key === 'set-cookie') set.headers[key] = [set.headers[key] ?? [], value].flat()
    else set.headers[key] = how === 'add' && set.headers[key] ? `${set.headers[key]}, ${value}` : value
  }
  set.status = answer.status
  return new Response(body(answer), { status: answer.status })
}
