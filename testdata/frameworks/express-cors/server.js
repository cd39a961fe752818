// The adapter of Express with the package cors.
import cors from 'cors'
import express from 'express'
import { handlers, serve } from '../shared/js/node.js'

serve((policy) => {
  const app = express()
  app.disable('x-powered-by')
  app.use(policy.zero_config ? cors() : cors(options(policy)))
  for (const { path, methods, listener } of handlers()) {
    for (const method of methods) app[method.toLowerCase()](path, listener)
  }
  return app
})

function options (policy) {
  return {
    origin: origin(policy),
    methods: policy.methods ?? [],
    allowedHeaders: allowedHeaders(policy),
    exposedHeaders: policy.expose_headers,
    credentials: policy.credentials,
    maxAge: policy.max_age
  }
}

function origin ({ origins, origin_regexes: regexes, origin_func: func }) {
  if (func) {
    return (origin, callback) => origin === func.throw
      ? callback(new Error('the origin callback throws'))
      : callback(null, origin === func.allow)
  }
  // The documentation anchors at the end: /example\.com$/.
  if (regexes) return regexes.map((regex) => new RegExp(regex + '$'))
  return origins.length === 1 ? origins[0] : origins
}

function allowedHeaders ({ request_headers: headers = [] }) {
  return headers.includes('*') ? undefined : headers // undefined: as requested
}
