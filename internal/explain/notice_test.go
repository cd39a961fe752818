package explain_test

import (
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// What a browser only warns of, reports or mends by itself stopped nothing: alone it leaves open what did, and beside another
// message it is not the answer.
func TestWhatStoppedNothing(t *testing.T) {
	const cors = "\nAccess to fetch at 'https://api.mint.test/doc' from origin 'https://app.mint.test' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource."
	for message, title := range map[string]string{
		`[Report Only] Refused to connect to 'https://api.mint.test/doc' because it violates the following Content Security Policy directive: "connect-src 'self'".`:                                                                                             "only reports",
		`[Report Only] Refused to load the image 'https://a.test/i.png' because it violates the following Content Security Policy directive: "img-src 'self'".`:                                                                                                  "only reports",
		`Connecting to 'https://a.test/x' violates the following report-only Content Security Policy directive: "connect-src 'self'". The policy is report-only, so the violation has been logged but no further action has been taken.`:                         "only reports",
		`Content-Security-Policy: (Report-Only policy) The page’s settings would block the loading of a resource (connect-src) at https://api.s.test/v1 because it violates the following directive: “connect-src 'self'”`:                                       "only reports",
		`Content Security Policy: The page’s settings observed the loading of a resource at https://a.test/x (“connect-src”). A CSP report is being sent.`:                                                                                                       "only reports",
		`Mixed Content: The page at 'https://app.mint.test/' was loaded over HTTPS, but requested an insecure element 'http://img.mint.test/a.png'. This request was automatically upgraded to HTTPS, For more information see https://blog.chromium.org/x.html`: "asked by https",
		`Mixed Content: Upgrading insecure display request ‘http://img.s.test/a.png’ to use ‘https’`:                                                                                                                                                             "asked by https",
		`Content-Security-Policy: Upgrading insecure request ‘http://a.test/x’ to use ‘https’`:                                                                                                                                                                   "asked by https",
		`HTTPS-Only Mode: Upgrading insecure request “http://a.test/x” to use “https”.`:                                                                                                                                                                          "asked by https",
		`[Warning] The page at https://app.test/ requested insecure content from http://a.test/i.png. This content was automatically upgraded and should be served over HTTPS.`:                                                                                  "asked by https",
		`Mixed Content: The page at 'https://app.test/' was loaded over HTTPS, but requested an insecure image 'http://a.test/i.png'. This content should also be served over HTTPS.`:                                                                            "the browser warns",
		`Loading mixed (insecure) display content “http://a.test/i.png” on a secure page`:                                                                                                                                                                        "the browser warns",
		`Request to access cookie or storage on “https://t.test/x” was blocked because it came from a tracker and content blocking is enabled.`:                                                                                                                  "cookies and storage",
	} {
		a := explained(t, message, explain.Context{})
		if a.Reason != explain.ReasonUndetermined || a.Confidence != explain.Open || a.Mask != nil || !strings.Contains(a.Cause.Title, title) || a.Check != "" || a.URL == "" {
			t.Errorf("%s\n%+v", message, a)
		}
		if a := explained(t, message+cors, explain.Context{}); a.Reason != spec.ReasonMissingAllowOriginHeader || len(a.Others) > 0 {
			t.Errorf("%s\nbeside another: %s, %d others", message, a.Reason, len(a.Others))
		}
	}
	for message, reason := range map[string]spec.Reason{
		`Refused to connect to 'https://a.test/report-only' because it violates the following Content Security Policy directive: "connect-src 'self'".`:                                                                  spec.ReasonCSP,
		`Mixed Content: The page at 'https://a.test/' was loaded over HTTPS, but requested an insecure XMLHttpRequest endpoint 'http://b.test/x'. This request has been blocked; the content must be served over HTTPS.`: spec.ReasonMixedContent,
		`Blocked loading mixed active content “http://a.test/i.js”`: spec.ReasonMixedContent,
		`Access to fetch at 'https://a.test/csp?report-only' from origin 'https://b.test' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.`:  spec.ReasonMissingAllowOriginHeader,
		`Content-Security-Policy: The page’s settings blocked the loading of a resource (connect-src) at https://api.s.test/report-only because it violates the following directive: “connect-src 'self'”`: spec.ReasonCSP,
		`[blocked] The page at https://app.test/ was not allowed to display insecure content from http://a.test/i.png.`:                                                                                    spec.ReasonMixedContent,
	} {
		if a := explained(t, message, explain.Context{}); a.Reason != reason {
			t.Errorf("%s\n%s", message, a.Reason)
		}
	}
}
