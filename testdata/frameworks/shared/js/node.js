// What the adapters share that speak Node's (req, res), and the listener.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { routes } from './app.js'

// policies reads the file that CORSPROOF_POLICIES names.
export function policies () {
  return JSON.parse(readFileSync(process.env.CORSPROOF_POLICIES, 'utf8'))
}

// serve mounts, at /PATH, what build makes of each policy: a listener
// (req, res), or a promise of one. build throws when the framework refuses the
// configuration. The outermost layer announces a variation of its own, which the
// CORS layers inside must not lose; a framework that cannot see what was set on
// res brings that layer itself and says outerVary: false.
export async function serve (build, { outerVary = true } = {}) {
  const mounted = new Map()
  for (const policy of policies()) {
    try {
      mounted.set(mount(policy), await build(policy))
    } catch (err) {
      mounted.set(mount(policy), refused(err))
    }
  }
  const server = createServer((req, res) => {
    if (outerVary) res.setHeader('Vary', 'Accept-Encoding')
    // A request target may be a whole URL.
    const [, path, rest] = /^(?:https?:\/\/[^/]*)?\/([^/?]*)(.*)$/s.exec(req.url) ?? []
    const listener = mounted.get(path)
    if (!listener) return res.writeHead(404).end()
    req.url = rest.startsWith('/') ? rest : '/' + rest
    listener(req, res)
  })
  server.listen(Number(process.env.PORT), '127.0.0.1')
  return server
}

// mount is the path segment below which a policy is served: its own, or the name.
function mount (policy) {
  return policy.path ?? policy.name
}

// refused answers for a policy that the framework would not take.
function refused (err) {
  // One line of ASCII, without the colours that some bring along.
  const message = String(err?.message ?? err).replace(/\x1b\[[0-9;]*m/g, '').replace(/\s+/g, ' ').replace(/[^\x20-\x7e]/g, '?')
  return (req, res) => res.writeHead(501, { 'X-Refused': message }).end()
}

// handlers are the contract's routes as listeners on Node's request and
// response: {path, methods, listener(req, res)}. A listener that throws leaves
// the answer to the framework.
export function handlers () {
  return routes().map(({ path, methods, answer }) => ({
    path,
    methods,
    listener: async (req, res) => write(res, answer(await ask(req)))
  }))
}

// ask reads what was asked from Node's request.
export async function ask (req) {
  const chunks = []
  for await (const chunk of req) chunks.push(chunk)
  return { method: req.method, url: req.url, headers: pairs(req.rawHeaders), body: Buffer.concat(chunks).toString() }
}

// pairs makes [name, value] pairs of Node's flat list of header fields.
export function pairs (raw) {
  return raw.flatMap((name, i) => i % 2 === 0 ? [[name, raw[i + 1]]] : [])
}

function write (res, { status, fields, chunks }) {
  for (const [how, name, value] of fields) {
    if (how === 'add') res.appendHeader(name, value)
    else res.setHeader(name, value)
  }
  res.statusCode = status
  const last = chunks.pop()
  for (const chunk of chunks) res.write(chunk)
  res.end(last)
}
