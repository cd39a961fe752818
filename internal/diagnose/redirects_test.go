package diagnose_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
)

// led is a check whose first answer, which is shared, redirects to where the second comes from.
func led(id, location, url string, x agent.Seen) diagnose.Evidence {
	from := seen(allowed, fields("Access-Control-Allow-Origin", allowed))
	from.Status, from.Location = 302, location
	x.URL = url
	e := evidence(id, &list, x, agent.Symptom{Effect: agent.EffectLockedOut, Reason: "MissingAllowOriginHeader", Field: "Access-Control-Allow-Origin", Expected: "a script gets an answer", Actual: "an error"})
	e.Seen = []agent.Seen{from, x}
	return e
}

var _ = Describe("What is behind a redirect", func() {
	page := func(x agent.Seen) agent.Seen {
		x.Origin, x.Status, x.Content, x.AllowOrigin = "null", 200, "text/html", agent.Lines{}
		return x
	}

	It("of another origin has the redirect for its cause, preflights that browsers send there too", func() {
		for location, want := range map[string]string{"https://sso.example/login": "redirected-login", "https://other.example/x": "redirected-other-origin"} {
			some := []diagnose.Evidence{led("get", location, location, page(seen("null", nil))), led("put", location, location, page(asking("PUT")))}
			found := diagnose.Findings(some, cases.Causes(), nil)
			Expect(found).To(HaveLen(1), location)
			Expect(found[0].ID).To(Equal(want))
			Expect(found[0].Affects).To(Equal("GET and PUT from null: answer 200 of " + location + " and preflight 200 of " + location))
			Expect(found[0].Wanted).To(Equal([]string{"(no redirect to another origin)"}))
			for _, f := range diagnose.Findings(some, nil, nil) { // of no cause that is known: no line of that answer would help
				Expect(f.Received).To(Equal([]string{"an error"}))
				Expect(f.Wanted).To(Equal([]string{"a script gets an answer"}))
			}
		}
	})

	It("is named by its URL, which is left out of answers of the endpoint", func() {
		affects := func(location, url string) string {
			return diagnose.Findings([]diagnose.Evidence{led("get", location, url, seen(allowed, nil))}, cases.Causes(), nil)[0].Affects
		}
		const at = "http://127.0.0.1:8080"
		for _, location := range []string{"/ok/1", at + "/ok/1", "ok/1?token=secret#x", "./ok/1"} {
			Expect(affects(location, at+"/ok/1")).To(Equal("GET from https://app.example: answer 200 of "+at+"/ok/1"), location)
		}
		for location, url := range map[string]string{"/ok": at + "/ok", "/other": at + "/ok/1", "": at + "/ok/1", "http://[": at + "/ok/1"} {
			Expect(affects(location, url)).To(Equal("GET from https://app.example: answer 200"), location)
		}
	})
})
