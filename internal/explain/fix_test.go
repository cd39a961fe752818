package explain_test

import (
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/explain"
)

// TestSettingForAPreflight: what a preflight asks for is in the lists of the setting that is shown, with a placeholder
// for what is not known, or the list is left out where the stack allows it so.
func TestSettingForAPreflight(t *testing.T) {
	const status = "Response to preflight request doesn't pass access control check: It does not have HTTP ok status."
	const missing = "Response to preflight request doesn't pass access control check: No 'Access-Control-Allow-Origin' header is present on the requested resource."
	for _, sentence := range []string{status, missing} {
		for _, id := range []string{"express", "flask", "nginx", "gin", "spring-mvc", "tower-http"} {
			stack := cases.FindStack(id)
			a := explained(t, head+sentence, explain.Context{Stack: stack})
			if !strings.Contains(a.Fix.Text, app) {
				t.Errorf("%s: %s", id, a.Fix.Text)
			}
			for _, says := range [][2]string{{"METHOD stands for the request's method", "if you have it, add that of the request."}, {"NAME stands for each header that the script sets", "if you have it, add those that the script sets."}} {
				if text := strings.ReplaceAll(a.Fix.Text, "I", "i"); !strings.Contains(a.Fix.Text, says[0]) && !strings.Contains(text, says[1]) {
					t.Errorf("%s: neither %q nor %q\n%s", id, says[0], says[1], a.Fix.Text)
				}
			}
			a = explained(t, head+sentence, explain.Context{Stack: stack, Method: "PATCH"})
			if !strings.Contains(a.Fix.Text, "PATCH") || strings.Contains(a.Fix.Text, "METHOD") {
				t.Errorf("%s: %s", id, a.Fix.Text)
			}
		}
	}
}
