const allowed = ['https://app.example.com']
app.use(cors({
  origin: (ctx) => allowed.includes(ctx.get('Origin')) && ctx.get('Origin'),
  credentials: true,
  allowMethods: ['GET', 'POST', 'PUT'],
  allowHeaders: ['Content-Type', 'Authorization'],
  exposeHeaders: ['X-Request-Id'],
  maxAge: 600 * 1000
}))
