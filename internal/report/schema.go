package report

import _ "embed"

// Schema is the JSON Schema of the JSON report.
//
//go:embed report.schema.json
var Schema []byte
