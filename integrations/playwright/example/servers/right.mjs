import { createServer } from 'node:http';

createServer((request, response) => {
  response.setHeader('Vary', 'Origin');
  if (request.headers.origin === 'https://app.example.com') {
    response.setHeader('Access-Control-Allow-Origin', 'https://app.example.com');
    if (request.method === 'OPTIONS') {
      response.setHeader('Access-Control-Allow-Methods', 'PUT');
      response.setHeader('Access-Control-Allow-Headers', 'Content-Type');
    }
  }
  response.writeHead(request.method === 'OPTIONS' ? 204 : 200).end();
}).listen(process.env.PORT, '127.0.0.1');
