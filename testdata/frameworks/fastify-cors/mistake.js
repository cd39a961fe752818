// Serves one file of mistakes/: app is Fastify, cors the plugin.
import cors from '@fastify/cors'
import fastify from 'fastify'
import { body, configure, fields, host, methods, port } from '../shared/js/mistake.js'

const app = fastify()
app.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => done(null, body))
app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => done(null, body))
await configure({ app, cors })
app.route({ url: '/', method: methods, handler: (request, reply) => reply.headers(fields).send(body) })
await app.listen({ port, host })
