// What the adapters share that speak the web's Request and Response.

// ask reads what was asked from a Request.
export async function ask (request) {
  const { pathname, search } = new URL(request.url)
  return { method: request.method, url: pathname + search, headers: [...request.headers], body: await request.text() }
}

// body is an answer's chunks as the body of a Response: text, or a stream when
// something is to be flushed between them.
export function body ({ chunks }) {
  if (chunks.length < 2) return chunks[0] ?? null
  return new ReadableStream({
    start (controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk))
      controller.close()
    }
  })
}
