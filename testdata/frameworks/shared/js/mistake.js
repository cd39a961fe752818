// What the adapters share that serve one file of mistakes/: its lines are run as those of a
// program in which the given names exist, and all that is answered besides is the same.
import { readFileSync } from 'node:fs'

const AsyncFunction = (async () => {}).constructor

export const port = Number(process.env.PORT)
export const host = '127.0.0.1'
export const methods = ['GET', 'POST', 'PUT']
export const fields = { 'X-Request-Id': '7c1e', ETag: '"1"' }
export const body = { items: [] }

export async function configure (names) {
  const text = readFileSync(process.env.CORSPROOF_MISTAKE, 'utf8')
  await new AsyncFunction(...Object.keys(names), text)(...Object.values(names))
}
