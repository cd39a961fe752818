// The adapter of Restify with restify-cors-middleware2.
import { ServerResponse } from 'node:http'
import restify from 'restify'
import corsMiddleware from 'restify-cors-middleware2'
import { handlers, serve } from '../shared/js/node.js'
import { anchored } from '../shared/js/options.js'

// What Restify calls the methods that it has a name for.
const names = { GET: 'get', HEAD: 'head', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'del', OPTIONS: 'opts' }

// Restify puts a writeHead of its own into Node's class, which does not return the response.
const { writeHead } = ServerResponse.prototype
ServerResponse.prototype.writeHead = function (...given) {
  writeHead.apply(this, given)
  return this
}

serve((policy) => {
  const server = restify.createServer()
  const cors = corsMiddleware(policy.zero_config ? {} : options(policy))
  server.pre(cors.preflight)
  server.use(cors.actual)
  for (const { path, methods, listener } of handlers()) {
    for (const name of methods.map((method) => names[method]).filter(Boolean)) {
      server[name](path, async (req, res) => { await listener(req, res) })
    }
  }
  return (req, res) => server.server.emit('request', req, res)
})

function options ({ origins = [], origin_patterns: patterns = [], origin_regexes: regexes = [], ...policy }) {
  const options = {
    origins: [...origins, ...patterns, ...regexes.map(anchored)],
    credentials: policy.credentials,
    allowHeaders: policy.request_headers ?? [],
    exposeHeaders: policy.expose_headers ?? []
  }
  if (policy.max_age !== undefined) options.preflightMaxAge = policy.max_age
  return options
}
