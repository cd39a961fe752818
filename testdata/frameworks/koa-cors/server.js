// The adapter of Koa with @koa/cors.
import { Readable } from 'node:stream'
import cors from '@koa/cors'
import Router from '@koa/router'
import Koa from 'koa'
import { routes } from '../shared/js/app.js'
import { ask, serve } from '../shared/js/node.js'

serve((policy) => {
  const app = new Koa()
  app.silent = true
  const router = new Router()
  for (const { path, methods, answer } of routes()) {
    router.register(path, methods, async (ctx) => write(ctx, answer(await ask(ctx.req))))
  }
  app.use(policy.zero_config ? cors() : cors(options(policy)))
  app.use(router.routes())
  app.use(router.allowedMethods())
  return app.callback()
})

function options (policy) {
  const { request_headers: headers = [], max_age: maxAge } = policy
  return {
    origin: origin(policy),
    allowMethods: policy.methods ?? [],
    allowHeaders: allowHeaders(headers),
    exposeHeaders: policy.expose_headers,
    credentials: policy.credentials,
    ...(maxAge !== undefined && { maxAge: String(maxAge) }), // of the two documented types the one that says 0, too
    privateNetworkAccess: policy.private_network
  }
}

// Left out, the headers that are requested are allowed, and for an empty list too:
// a header that is safelisted anyway says none.
function allowHeaders (headers) {
  if (headers.includes('*')) return undefined
  return headers.length ? headers : ['Accept']
}

// The option is one origin or a function: a list can only be looked up by one.
function origin ({ origins = [], origin_func: func }) {
  if (func) {
    return (ctx) => {
      if (ctx.get('Origin') === func.throw) throw new Error('the origin function throws')
      return ctx.get('Origin') === func.allow && func.allow
    }
  }
  if (origins.includes('*')) return undefined
  return origins.length === 1 ? origins[0] : (ctx) => origins.includes(ctx.get('Origin')) && ctx.get('Origin')
}

function write (ctx, { status, fields, chunks }) {
  ctx.status = status
  if (chunks.length > 1) ctx.body = Readable.from(chunks)
  else if (chunks.length) ctx.body = chunks[0]
  for (const [how, name, value] of fields) {
    if (how === 'add') ctx.append(name, value)
    else ctx.set(name, value)
  }
}
