package spec

// rule is a step of an algorithm of a standard, as a trace names it.
type rule struct {
	step string
	spec string
}

// The step numbers are those of the Fetch Standard's review draft of June 2026.
var (
	ruleConstructorURL     = rule{"request-constructor/5.3", fetchStandard + "#dom-request"}
	ruleConstructorParse   = rule{"request-constructor/5.2", fetchStandard + "#dom-request"}
	ruleConstructorMethod  = rule{"request-constructor/25", fetchStandard + "#dom-request"}
	ruleConstructorNoCORS  = rule{"request-constructor/32", fetchStandard + "#dom-request"}
	ruleConstructorBody    = rule{"request-constructor/35", fetchStandard + "#dom-request"}
	ruleConstructorStream  = rule{"request-constructor/39", fetchStandard + "#dom-request"}
	ruleHeadersValidate    = rule{"headers-validate", fetchStandard + "#headers-validate"}
	ruleHeadersAppend      = rule{"headers-append", fetchStandard + "#concept-headers-append"}
	ruleForbiddenHeader    = rule{"forbidden-request-header", fetchStandard + "#forbidden-request-header"}
	ruleXHROpen            = rule{"xhr-open", "https://xhr.spec.whatwg.org/#the-open()-method"}
	ruleXHRHeader          = rule{"xhr-setrequestheader", "https://xhr.spec.whatwg.org/#the-setrequestheader()-method"}
	ruleXHRSend            = rule{"xhr-send", "https://xhr.spec.whatwg.org/#the-send()-method"}
	ruleMainBasic          = rule{"main-fetch/12/same-origin", fetchStandard + "#concept-main-fetch"}
	ruleMainSameOriginMode = rule{"main-fetch/12/mode-same-origin", fetchStandard + "#concept-main-fetch"}
	ruleMainNoCORS         = rule{"main-fetch/12/mode-no-cors", fetchStandard + "#concept-main-fetch"}
	ruleMainScheme         = rule{"main-fetch/12/scheme", fetchStandard + "#concept-main-fetch"}
	ruleMainPreflight      = rule{"main-fetch/12/preflight", fetchStandard + "#concept-main-fetch"}
	ruleMainSimple         = rule{"main-fetch/12/otherwise", fetchStandard + "#concept-main-fetch"}
	ruleMainExpose         = rule{"main-fetch/14.1", fetchStandard + "#concept-main-fetch"}
	ruleMainFilter         = rule{"main-fetch/14.2", fetchStandard + "#concept-main-fetch"}
	ruleSchemeFetch        = rule{"scheme-fetch/2", fetchStandard + "#concept-scheme-fetch"}
	ruleHTTPCacheHit       = rule{"http-fetch/4.1/cached", fetchStandard + "#concept-http-fetch"}
	ruleHTTPRedirect       = rule{"http-fetch/6.2", fetchStandard + "#concept-http-fetch"}
	ruleNetwork            = rule{"http-network-or-cache-fetch/8", fetchStandard + "#concept-http-network-or-cache-fetch"}
	ruleNetworkError       = rule{"http-network-fetch", fetchStandard + "#concept-http-network-fetch"}
	ruleRedirect4          = rule{"http-redirect-fetch/4", fetchStandard + "#concept-http-redirect-fetch"}
	ruleRedirect5          = rule{"http-redirect-fetch/5", fetchStandard + "#concept-http-redirect-fetch"}
	ruleRedirect6          = rule{"http-redirect-fetch/6", fetchStandard + "#concept-http-redirect-fetch"}
	ruleRedirect7          = rule{"http-redirect-fetch/7", fetchStandard + "#concept-http-redirect-fetch"}
	ruleRedirect9          = rule{"http-redirect-fetch/9", fetchStandard + "#concept-http-redirect-fetch"}
	ruleRedirect10         = rule{"http-redirect-fetch/10", fetchStandard + "#concept-http-redirect-fetch"}
	ruleRedirect11         = rule{"http-redirect-fetch/11", fetchStandard + "#concept-http-redirect-fetch"}
	ruleRedirect12         = rule{"http-redirect-fetch/12", fetchStandard + "#concept-http-redirect-fetch"}
	ruleRedirect13         = rule{"http-redirect-fetch/13", fetchStandard + "#concept-http-redirect-fetch"}
	ruleRedirect18         = rule{"http-redirect-fetch/18", fetchStandard + "#concept-http-redirect-fetch"}
	ruleTaint              = rule{"redirect-taint", fetchStandard + "#concept-request-tainted-origin"}
	rulePreflight6         = rule{"cors-preflight-fetch/6", fetchStandard + "#cors-preflight-fetch-0"}
	rulePreflight7         = rule{"cors-preflight-fetch/7", fetchStandard + "#cors-preflight-fetch-0"}
	rulePreflight73        = rule{"cors-preflight-fetch/7.3", fetchStandard + "#cors-preflight-fetch-0"}
	rulePreflight74        = rule{"cors-preflight-fetch/7.4", fetchStandard + "#cors-preflight-fetch-0"}
	rulePreflight75        = rule{"cors-preflight-fetch/7.5", fetchStandard + "#cors-preflight-fetch-0"}
	rulePreflight76        = rule{"cors-preflight-fetch/7.6", fetchStandard + "#cors-preflight-fetch-0"}
	rulePreflight77        = rule{"cors-preflight-fetch/7.7", fetchStandard + "#cors-preflight-fetch-0"}
	rulePreflight710       = rule{"cors-preflight-fetch/7.10", fetchStandard + "#cors-preflight-fetch-0"}
	ruleCacheClear         = rule{"cache-clear", fetchStandard + "#concept-cache-clear"}
	ruleCORSCheck2         = rule{"cors-check/2", fetchStandard + "#concept-cors-check"}
	ruleCORSCheck3         = rule{"cors-check/3", fetchStandard + "#concept-cors-check"}
	ruleCORSCheck4         = rule{"cors-check/4", fetchStandard + "#concept-cors-check"}
	ruleCORSCheck5         = rule{"cors-check/5", fetchStandard + "#concept-cors-check"}
	ruleCORSCheck7         = rule{"cors-check/7", fetchStandard + "#concept-cors-check"}
	ruleCORSCheck8         = rule{"cors-check/8", fetchStandard + "#concept-cors-check"}
)

// tracer collects the steps of a decision. A nil tracer collects nothing, so
// that a decision without a trace costs nothing; a caller that has to build a
// text checks for nil first.
type tracer struct{ steps []Step }

func (t *tracer) add(r rule, text string) {
	if t != nil {
		t.steps = append(t.steps, Step{Step: r.step, Spec: r.spec, Text: text})
	}
}
