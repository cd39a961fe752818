package cases

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Hash names the content of the table: equal for equal policies and cases,
// whatever the files looked like.
func (t *Table) Hash() string {
	sum := sha256.New()
	// Plain data: encoding cannot fail.
	_ = json.NewEncoder(sum).Encode(t.Policies)
	_ = json.NewEncoder(sum).Encode(t.Cases)
	return hex.EncodeToString(sum.Sum(nil))[:16]
}
