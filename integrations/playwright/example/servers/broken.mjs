import { createServer } from 'node:http';

createServer((request, response) => {
  // Two mistakes: whoever asks is allowed, and Content-Type, which a PUT of JSON needs, is forgotten.
  response.setHeader('Vary', 'Origin');
  response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '*');
  if (request.method === 'OPTIONS') {
    response.setHeader('Access-Control-Allow-Methods', 'PUT');
  }
  response.writeHead(request.method === 'OPTIONS' ? 204 : 200).end();
}).listen(process.env.PORT, '127.0.0.1');
