app.use(cors({
  origin: (ctx) => ctx.get('Origin'),
  credentials: true,
  allowMethods: ['GET', 'POST', 'PUT'],
  allowHeaders: ['Content-Type', 'Authorization'],
  exposeHeaders: ['X-Request-Id'],
  maxAge: 600
}))
