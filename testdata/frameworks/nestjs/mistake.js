// Serves one file of mistakes/: app is the Nest application of main.ts.
import 'reflect-metadata'
import { Controller, Module, Req, RequestMapping, RequestMethod, Res } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { body, configure, fields, host, methods, port } from '../shared/js/mistake.js'

class Items {}
for (const method of methods) {
  Items.prototype[method] = (req, res) => res.set(fields).json(body)
  RequestMapping({ path: '/', method: RequestMethod[method] })(Items.prototype, method, Object.getOwnPropertyDescriptor(Items.prototype, method))
  Req()(Items.prototype, method, 0)
  Res()(Items.prototype, method, 1)
}
Controller()(Items)
class AppModule {}
Module({ controllers: [Items] })(AppModule)
const app = await NestFactory.create(AppModule, { logger: false })
await configure({ app })
await app.listen(port, host)
