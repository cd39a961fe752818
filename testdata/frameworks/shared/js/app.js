// The handlers of the contract (../../README.md), written without any
// framework: each takes what was asked,
//   {method, url, headers: [[name, value], ...], body}
// and returns the answer,
//   {status, fields: [["set" | "add", name, value], ...], chunks: [text, ...]},
// which the adapter writes by the framework's own means.
import { METHODS } from 'node:http'

// "All but OPTIONS": the methods of HTTP that this Node can parse.
const everyMethod = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'QUERY'].filter((m) => METHODS.includes(m))
const all = [...everyMethod, 'OPTIONS']

// routes makes the handlers of one policy's application: {path, methods, answer}.
export function routes () {
  const calls = new Map()
  const key = (ask) => parameters(ask).get('key')
  return [
    route('/ok', everyMethod, () => text('ok', ['X-Resp', '1'], ['X-Other', '2'], ['X-Hidden', '3'])),
    route('/options', ['GET', 'OPTIONS'], () => text('options', ['Allow', 'GET, OPTIONS'])),
    route('/echo', everyMethod, ({ method, headers, body }) =>
      answer(200, [['Content-Type', 'application/json']], JSON.stringify({ method, headers, body }))),
    route('/respond', everyMethod, respond),
    route('/panic', ['GET'], () => { throw new Error('the handler /panic throws') }),
    route('/count', all, (ask) => { calls.set(key(ask), (calls.get(key(ask)) ?? 0) + 1); return text('counted') }),
    route('/count/read', ['GET'], (ask) => text(String(calls.get(key(ask)) ?? 0))),
    route('/secret', all, ({ headers }) => headers.some(([name]) => name.toLowerCase() === 'authorization')
      ? text('secret')
      : answer(401, [['WWW-Authenticate', 'Bearer']])),
    route('/post-only', ['POST'], () => text('posted')),
    route('/stream', ['GET'], () => answer(200, [['Content-Type', 'text/plain']], 'a', 'b'))
  ]
}

// route names the handler in X-App, as the contract wants.
function route (path, methods, handler) {
  const name = path.split('/')[1]
  return {
    path,
    methods,
    answer (ask) {
      const given = handler(ask)
      given.fields.unshift(['set', 'X-App', name])
      return given
    }
  }
}

function answer (status, fields, ...chunks) {
  return { status, fields: fields.map(([name, value]) => ['set', name, value]), chunks }
}

function text (body, ...fields) {
  return answer(200, [['Content-Type', 'text/plain'], ...fields], body)
}

function parameters ({ url }) {
  return new URL(url, 'http://localhost').searchParams
}

// respond does what the query says, in the query's order.
function respond (ask) {
  let status = 200
  let body = ''
  const fields = []
  for (const [key, value] of parameters(ask)) {
    const colon = value.indexOf(':')
    const field = [value.slice(0, colon), value.slice(colon + 1).trim()]
    if (key === 'status') status = Number(value)
    if (key === 'body') body = value
    if (key === 'add' || key === 'set') fields.push([key, ...field])
    if (key === 'etag') {
      fields.push(['set', 'ETag', value])
      const known = ask.headers.find(([name]) => name.toLowerCase() === 'if-none-match')
      if (known?.[1].includes(value)) status = 304
    }
  }
  const chunks = body === '' || status === 204 || status === 304 ? [] : [body]
  return { status, fields, chunks }
}
