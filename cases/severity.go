package cases

// Severity is how grave it is for security what a check showed, empty for none. It
// follows from what was seen and from the policy (internal/diagnose has the table): no
// case has one.
type Severity string

// The severities, gravest first.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
)
