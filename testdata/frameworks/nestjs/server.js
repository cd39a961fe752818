// The adapter of Nest on Express: enableCors. Nest is written with decorators,
// which in plain JavaScript are function calls.
import 'reflect-metadata'
import { Controller, Module, Req, RequestMapping, RequestMethod, Res } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { handlers, serve } from '../shared/js/node.js'
import { corsOptions } from '../shared/js/options.js'

serve(async (policy) => {
  // The handlers read the body themselves.
  const app = await NestFactory.create(contract(), { logger: false, bodyParser: false, abortOnError: false })
  if (policy.zero_config) app.enableCors()
  else app.enableCors(corsOptions(policy))
  await app.init()
  return app.getHttpAdapter().getInstance()
})

// contract makes a module of one controller with the contract's handlers.
function contract () {
  class Contract {}
  for (const { path, methods, listener } of handlers()) {
    for (const method of methods) {
      if (!(method in RequestMethod)) continue
      const name = `${method} ${path}`
      Contract.prototype[name] = (req, res) => listener(req, res) // one function for each decorator
      RequestMapping({ path, method: RequestMethod[method] })(Contract.prototype, name, Object.getOwnPropertyDescriptor(Contract.prototype, name))
      Req()(Contract.prototype, name, 0)
      Res()(Contract.prototype, name, 1)
    }
  }
  Controller()(Contract)
  class Root {}
  Module({ controllers: [Contract] })(Root)
  return Root
}
