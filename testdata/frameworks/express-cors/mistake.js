// Serves one file of mistakes/: app is Express, express and cors are the packages.
import cors from 'cors'
import express from 'express'
import { body, configure, fields, host, methods, port } from '../shared/js/mistake.js'

const app = express()
await configure({ app, cors, express })
for (const method of methods) app[method.toLowerCase()]('/', (req, res) => res.set(fields).json(body))
app.listen(port, host)
