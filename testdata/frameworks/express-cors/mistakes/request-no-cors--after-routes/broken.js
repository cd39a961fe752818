app.get('/', (req, res) => res.json({ items: [] }))
app.post('/', (req, res) => res.json({ items: [] }))
app.put('/', (req, res) => res.json({ items: [] }))
app.use(cors({
  origin: ['https://app.example.com'],
  credentials: true,
  methods: ['GET', 'POST', 'PUT'],
  allowedHeaders: ['Content-Type', 'Authorization'],
  exposedHeaders: ['X-Request-Id'],
  maxAge: 600
}))
