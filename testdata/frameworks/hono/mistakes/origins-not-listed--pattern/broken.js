app.use('/*', cors({
  origin: 'https://*.example.com',
  credentials: true,
  allowMethods: ['GET', 'POST', 'PUT'],
  allowHeaders: ['Content-Type', 'Authorization'],
  exposeHeaders: ['X-Request-Id'],
  maxAge: 600
}))
