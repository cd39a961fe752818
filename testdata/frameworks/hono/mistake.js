// Serves one file of mistakes/: app is Hono, cors its middleware.
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { body, configure, fields, host, methods, port } from '../shared/js/mistake.js'

const app = new Hono()
await configure({ app, cors })
app.on(methods, '/', (c) => c.json(body, 200, fields))
serve({ fetch: app.fetch, port, hostname: host })
