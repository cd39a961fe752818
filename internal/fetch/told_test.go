package fetch_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/internal/fetch"
)

// A port without TLS has no certificate that could be at fault.
func TestNoTLSThere(t *testing.T) {
	url := strings.Replace(serve(t, nil, says(200)), "http:", "https:", 1)
	contains(t, pageOf(do(t, fetch.Question{URL: url + "/x"})), "This port does not speak TLS", "Ask for http://", "!certificate for this host name", "!--insecure")
}

// Where the answer asks for a token no cookie is at fault.
func TestTokenWanted(t *testing.T) {
	url := serve(t, nil, says(401, "Access-Control-Allow-Origin: "+page, "WWW-Authenticate: Bearer"))
	rep := do(t, fetch.Question{URL: url + "/x"})
	contains(t, pageOf(rep), "READABLE", "no Authorization", "Authorization: Bearer", "Access-Control-Allow-Headers", "!cookie")
	if got := rep.Results[0].Answer.Reason; got != explain.ReasonHTTPError {
		t.Errorf("%s", got)
	}
}

// allowing answers each page with its own origin, and lets caches keep that.
func allowing(fields ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		says(200, append(fields, "Cache-Control: max-age=600")...)(w, r)
	}
}

// The browser's own cache keeps apart what the server tells it to: the server is where to change it, whatever
// the other page differs in.
func TestOwnCache(t *testing.T) {
	for _, other := range []string{"https://admin.example.com", "https://app.example.com:8443", "https://www.app.example.com"} {
		rep := do(t, fetch.Question{URL: serve(t, nil, allowing()) + "/x", Origins: []string{page, other}})
		if a := rep.Results[1].Answer; a.Cause.ID != "cached-grant" || a.Side != cases.SideServer {
			t.Errorf("%s: %s, %s", other, a.Cause.ID, a.Side)
		}
		contains(t, pageOf(rep), "It came from a cache", "+ Vary: Origin", "!without content")
		rep = do(t, fetch.Question{URL: serve(t, nil, allowing("Vary: Origin")) + "/x", Origins: []string{page, other}})
		if !rep.Results[1].Readable() {
			t.Errorf("%s: blocked with Vary: %s", other, pageOf(rep))
		}
	}
}

// An answer that works today, and that a cache may give to another page tomorrow, is not without a warning.
func TestVaryIsMissed(t *testing.T) {
	const warning = "does not say Vary: Origin"
	contains(t, pageOf(do(t, fetch.Question{URL: serve(t, nil, allowing()) + "/x"})), "READABLE", warning)
	contains(t, pageOf(do(t, fetch.Question{URL: serve(t, nil, allowing("Vary: Origin")) + "/x"})), "READABLE", "!"+warning)
	contains(t, pageOf(do(t, fetch.Question{URL: serve(t, nil, says(200, "Access-Control-Allow-Origin: *", "Cache-Control: max-age=600")) + "/x"})), "READABLE", "!"+warning)
}
