package explain

import "github.com/corsproof/corsproof/spec"

// DocsPage is the page of docs/ about a reason; empty for none.
func DocsPage(spec.Reason) string { return "" }
