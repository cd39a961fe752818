package report_test

import (
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/report"
)

// TestUnusual: an ordinary answer that is no success is doubted, by what it is.
func TestUnusual(t *testing.T) {
	for status, want := range map[int]string{0: "", 200: "", 204: "", 302: "Give the URL that it redirects to", 401: "give its token", 404: "404. Is it the right URL?", 405: "405. Is it the right URL?", 500: "500. Is it the right URL?"} {
		if got := (&report.Report{EndpointStatus: status}).Unusual(); !strings.Contains(got, want) || (got == "") != (want == "") {
			t.Errorf("%d: %q", status, got)
		}
	}
}
