package exchange

import _ "embed"

// SchemaID is the $id of Schema.
const SchemaID = "https://github.com/corsproof/corsproof/exchange/1"

// Schema is the JSON Schema (2020-12) of the format: #/$defs/input for input
// lines, #/$defs/output for output lines. It must not be changed.
//
//go:embed exchange.schema.json
var Schema []byte
