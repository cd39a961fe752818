// The adapter of Fastify with @fastify/cors.
import { Readable } from 'node:stream'
import cors from '@fastify/cors'
import fastify from 'fastify'
import { routes } from '../shared/js/app.js'
import { pairs, serve } from '../shared/js/node.js'
import { corsOptions } from '../shared/js/options.js'

serve(async (policy) => {
  const app = fastify()
  // Fastify does not see what was set on Node's response: the outermost layer is its own.
  app.addHook('onRequest', async (request, reply) => { reply.header('Vary', 'Accept-Encoding') })
  await app.register(cors, policy.zero_config ? {} : corsOptions(policy))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => done(null, body))
  for (const { path, methods, answer } of routes()) {
    // Fastify adds HEAD to GET by itself.
    app.route({
      url: path,
      method: methods.filter((method) => method !== 'HEAD'),
      handler: (request, reply) => write(reply, answer(ask(request)))
    })
  }
  await app.ready()
  return app.routing
}, { outerVary: false })

function ask (request) {
  return { method: request.method, url: request.url, headers: pairs(request.raw.rawHeaders), body: request.body ?? '' }
}

function write (reply, { status, fields, chunks }) {
  for (const [how, name, value] of fields) {
    reply.header(name, how === 'add' ? [reply.getHeader(name) ?? [], value].flat() : value)
  }
  reply.code(status)
  return reply.send(chunks.length > 1 ? Readable.from(chunks) : chunks[0])
}
