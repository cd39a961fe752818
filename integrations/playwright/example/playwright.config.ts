import { defineConfig } from '@playwright/test';

const port = process.env.PORT ?? '4173';
const server = process.env.SERVER ?? 'servers/right.mjs';

export default defineConfig({
  use: { baseURL: `http://127.0.0.1:${port}` },
  webServer: { command: `node ${server}`, port: Number(port), env: { PORT: port } },
});
