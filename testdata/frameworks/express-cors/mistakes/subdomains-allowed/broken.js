app.use(cors({
  origin: [/^https:\/\/([a-z0-9-]+\.)*app\.example\.com$/],
  credentials: true,
  methods: ['GET', 'POST', 'PUT'],
  allowedHeaders: ['Content-Type', 'Authorization'],
  exposedHeaders: ['X-Request-Id'],
  maxAge: 600
}))
