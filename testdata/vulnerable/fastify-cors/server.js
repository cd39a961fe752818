// The adapter of fastify-cors, as @fastify/cors was called, on the Fastify of its time.
import cors from 'fastify-cors'
import fastify from 'fastify'
import { createServer } from 'node:http'
import { routes } from '../shared/js/app.js'
import { pairs, serve } from '../shared/js/node.js'
import { corsOptions } from '../shared/js/options.js'

serve(async (policy) => {
  let listener
  const app = fastify({
    serverFactory: (handler) => {
      listener = handler
      return createServer(handler)
    }
  })
  // Fastify does not see what was set on Node's response: the outermost layer is its own.
  app.addHook('onRequest', async (request, reply) => { reply.header('Vary', 'Accept-Encoding') })
  app.register(cors, policy.zero_config ? {} : corsOptions(policy, regexp))
  for (const { path, methods, answer } of routes()) {
    app.route({
      url: path,
      method: methods.filter((method) => ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].includes(method)),
      handler: async (request, reply) => write(reply, answer(ask(request)))
    })
  }
  await app.ready()
  return listener
}, { outerVary: false })

function regexp (regex) {
  return new RegExp(`^${regex}$`)
}

function ask (request) {
  return { method: request.raw.method, url: request.raw.url, headers: pairs(request.raw.rawHeaders), body: '' }
}

function write (reply, { status, fields, chunks }) {
  for (const [, name, value] of fields) reply.header(name, value)
  reply.code(status)
  return chunks.join('')
}
