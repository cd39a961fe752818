const allowed = ['https://app.example.com']
app.use(cors({
  origin: (ctx) => ctx.get('Origin').startsWith(allowed[0]) && ctx.get('Origin'),
  credentials: true,
  allowMethods: ['GET', 'POST', 'PUT'],
  allowHeaders: ['Content-Type', 'Authorization'],
  exposeHeaders: ['X-Request-Id'],
  maxAge: 600
}))
