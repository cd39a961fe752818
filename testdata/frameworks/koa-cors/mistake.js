// Serves one file of mistakes/: app is Koa, router a Router that is mounted after the file's
// lines, cors the package.
import cors from '@koa/cors'
import Router from '@koa/router'
import Koa from 'koa'
import { body, configure, fields, host, methods, port } from '../shared/js/mistake.js'

const app = new Koa()
app.silent = true
const router = new Router()
await configure({ app, cors, router })
router.register('/', methods, (ctx) => {
  ctx.set(fields)
  ctx.body = body
})
app.use(router.routes())
app.use(router.allowedMethods())
app.listen(port, host)
