package causedoc

import (
	"fmt"
	"io"
	"strings"

	"github.com/corsproof/corsproof/cases"
)

// example is the policy that a text is filled for where no other is given: that of the pairs
// that prove fixes.
func example() *cases.Policy {
	maxAge := 600
	return &cases.Policy{
		Origins: []string{"https://app.example.com"}, Credentials: true, Methods: []string{"PUT"},
		RequestHeaders: []string{"Content-Type", "Authorization"}, ExposeHeaders: []string{"X-Request-Id"}, MaxAge: &maxAge,
	}
}

// WriteFix writes what to put into a stack's configuration against a cause, and whether that
// was measured or read in the documentation.
func WriteFix(w io.Writer, s *cases.Stack, c *cases.Cause) error {
	text, proved := cases.Fix(s, c, example(), cases.Values{})
	own, left := cases.Remaining(s, c)
	if text == "" {
		if own != "" {
			own = ". Known of it: " + own
		}
		_, err := fmt.Fprintf(w, "\nin %s: no setting is about it%s\n", s.Name, own)
		return err
	}
	how := "by its documentation, " + s.Docs
	if proved {
		how = "proved: this configuration was measured, and found right"
		if left != "" {
			how += " but for what the stack itself gets wrong: " + left
		}
	}
	_, err := fmt.Fprintf(w, "\nin %s (%s)\n%s\n", s.Name, how, "  "+strings.ReplaceAll(text, "\n", "\n  "))
	return err
}
