package explain_test

import (
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/explain"
)

// TestSettingForAPreflight: what a preflight asks for is in the lists of the setting that is shown, or is said
// to be missing there.
func TestSettingForAPreflight(t *testing.T) {
	const status = "Response to preflight request doesn't pass access control check: It does not have HTTP ok status."
	const missing = "Response to preflight request doesn't pass access control check: No 'Access-Control-Allow-Origin' header is present on the requested resource."
	for _, sentence := range []string{status, missing} {
		for _, id := range []string{"express", "flask", "nginx", "gin", "spring-mvc", "tower-http"} {
			stack := cases.FindStack(id)
			a := explained(t, head+sentence, explain.Context{Stack: stack})
			if notes := strings.Join(a.Notes, " "); !strings.Contains(a.Fix.Text, app) || !strings.Contains(notes, "The text does not say the request's method and the headers that the script sets. Add that to the lists of the setting.") {
				t.Errorf("%s: %s\n%s", id, a.Fix.Text, notes)
			}
			a = explained(t, head+sentence, explain.Context{Stack: stack, Method: "PATCH"})
			if notes := strings.Join(a.Notes, " "); !strings.Contains(a.Fix.Text, "PATCH") || strings.Contains(notes, "the request's method") {
				t.Errorf("%s: %s\n%s", id, a.Fix.Text, notes)
			}
		}
	}
	a := explained(t, head+"Response to preflight request doesn't pass access control check: It does not have HTTP ok status.", explain.Context{})
	if notes := strings.Join(a.Notes, " "); strings.Contains(notes, "the lists of the setting") {
		t.Error("there is no setting: " + notes)
	}
}
