// The adapter of hapi's cors route option.
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import Hapi from '@hapi/hapi'
import { routes } from '../shared/js/app.js'
import { pairs, serve } from '../shared/js/node.js'

serve(async (policy) => {
  const listener = createServer()
  const server = Hapi.server({ listener, autoListen: false, debug: false, routes: { cors: policy.zero_config || options(policy) } })
  // hapi does not see what was set on Node's response: the outermost layer is its own.
  server.ext('onPreResponse', ({ response }, h) => {
    if (response.isBoom) response.output.headers.vary = 'accept-encoding'
    else response.vary('accept-encoding')
    return h.continue
  })
  for (const { path, methods, answer } of routes()) {
    for (const method of routed(methods, policy)) {
      server.route({
        method,
        path,
        handler: (request, h) => write(h, answer(ask(request))),
        options: method === 'GET' || method === '*' ? {} : { payload: { parse: false, output: 'data' } }
      })
    }
  }
  await server.initialize()
  return (req, res) => listener.emit('request', req, res)
}, { outerVary: false })

// The methods that hapi allows are those it has a route for, so the policy says
// what is routed. It adds HEAD to GET by itself, and a route for OPTIONS would
// take the place of its answers to preflights.
function routed (methods, { methods: allowed = [], zero_config: zero }) {
  if (methods.length < 3) return methods
  if (allowed.includes('*')) return ['*']
  return methods.filter((method) => !['HEAD', 'OPTIONS'].includes(method) && (zero || ['GET', 'POST', ...allowed].includes(method)))
}

function options (policy) {
  return {
    origin: [...policy.origins ?? [], ...policy.origin_patterns ?? []],
    headers: policy.request_headers ?? [],
    exposedHeaders: policy.expose_headers ?? [],
    credentials: policy.credentials,
    maxAge: policy.max_age
  }
}

function ask (request) {
  return {
    method: request.raw.req.method,
    url: request.raw.req.url,
    headers: pairs(request.raw.req.rawHeaders),
    body: String(request.payload ?? '')
  }
}

function write (h, { status, fields, chunks }) {
  const response = h.response(chunks.length > 1 ? Readable.from(chunks, { objectMode: false }) : chunks[0]).code(status)
  for (const [how, name, value] of fields) {
    if (name === 'Content-Type') response.type(value)
    else response.header(name, value, { append: how === 'add' })
  }
  return response
}
