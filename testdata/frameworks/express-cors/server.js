// The adapter of Express with the package cors.
import cors from 'cors'
import express from 'express'
import { handlers, serve } from '../shared/js/node.js'
import { corsOptions } from '../shared/js/options.js'

serve((policy) => {
  const app = express()
  app.use(policy.zero_config ? cors() : cors(corsOptions(policy)))
  for (const { path, methods, listener } of handlers()) {
    for (const method of methods) app[method.toLowerCase()](path, listener)
  }
  return app
})
