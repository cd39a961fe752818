package explain

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// A CORS layer that refuses a request itself says so in the content of its answer: then no authentication did.

// refusal is the content by which a layer refuses.
type refusal struct {
	content *regexp.Regexp // its group, if any, is what is refused: origin, method, headers
	layer   string         // who says it
	off     bool           // nothing is set at all
	stacks  []string       // ids of cases.Stacks that the layer is part of
	refuses []string       // what is refused; none: it does not say
}

func refuses(layer, content string, stacks ...string) refusal {
	return refusal{content: regexp.MustCompile(content), layer: layer, stacks: stacks}
}

// refusals, from the layers' code: Spring's DefaultCorsProcessor.rejectRequest, Starlette's CORSMiddleware.preflight_response,
// aiohttp-cors' preflight_handler.py, actix-cors' error.rs, and the errors of S3 (which others that speak its protocol have too) and of Azure.
var refusals = []refusal{
	refuses("Spring", `(?m)^\s*Invalid CORS request\s*(?:$|\* )`, "spring-mvc", "spring-security"),
	refuses("Starlette", `(?m)^\s*Disallowed CORS ((?:origin|method|headers)(?:, (?:origin|method|headers))*)\s*(?:$|\* )`, "fastapi"),
	refuses("aiohttp-cors", `CORS preflight request failed: (?:request )?(origin|method|headers)\b.{0,400}? (?:is|are) not allowed`, "aiohttp"),
	refuses("actix-cors", `(?m)^\s*(Origin) is not allowed to make this request`, "actix"),
	refuses("actix-cors", `(?m)^\s*Requested (method) is not allowed`, "actix"),
	refuses("actix-cors", `(?m)^\s*One or more request (headers) are not allowed`, "actix"),
	{content: regexp.MustCompile(`CORSResponse: CORS is not enabled for this bucket`), layer: "the storage service", off: true, stacks: []string{"s3"}},
	refuses("the storage service", `CORSResponse: This CORS request is not allowed`, "s3"),
	refuses("Azure Storage", `<Code>CorsPreflightFailure</Code>`),
}

// refusalIn is the refusal that a content is; nil: it is none.
func refusalIn(content string) *refusal {
	for _, r := range refusals {
		if m := r.content.FindStringSubmatch(content); m != nil {
			if len(m) > 1 {
				r.refuses = strings.Split(strings.ToLower(m[1]), ", ")
			}
			return &r
		}
	}
	return nil
}

// refusedIn takes over who refused, where the text has one request that a layer can have refused.
func refusedIn(list []sighting, text string) {
	if len(list) == 1 && list[0].answers != nil {
		list[0].refusedBy = refusalIn(text)
	}
}

// layerRefuses tells whether a CORS layer is seen to have refused the request.
func (s *sighting) layerRefuses() bool {
	return s.refusedBy != nil && s.status >= 400 && (onRequest(s.reason) == spec.ReasonMissingAllowOriginHeader || s.reason == spec.ReasonPreflightInvalidStatus)
}

// says tells whether a layer refuses that; where it does not say, it can be anything.
func (r *refusal) says(what string) bool {
	return len(r.refuses) == 0 || slices.Contains(r.refuses, what)
}

// cause is the cause whose setting mends it.
func (r *refusal) cause() string {
	switch {
	case r.says("origin"):
		return "origin-not-listed"
	case r.says("method"):
		return "method-not-listed"
	}
	return "header-not-listed"
}

// rewordRefusal says that it was no authentication.
func (s *sighting) rewordRefusal(a *Answer) {
	r := s.refusedBy
	what := "does not say which of origin, method and headers it does not allow"
	if len(r.refuses) > 0 {
		what = "does not allow the " + strings.Join(r.refuses, ", the ")
	}
	a.Cause.Title = fmt.Sprintf("The CORS check of %s refuses the request, and %s", r.layer, what)
	a.Cause.Here = fmt.Sprintf("The answer is %s, and its content is what %s writes where its own lists do not have what was asked for: no authentication did it.", s.statusText(), r.layer)
	if r.off {
		a.Cause.Title = "CORS is not set up at the storage service, which refuses the request"
		a.Cause.Here = fmt.Sprintf("The answer is %s, and its content says so.", s.statusText())
	}
	a.Cause.Why = "A CORS layer compares a request with its lists, and may answer without a line of CORS where one of them does not have it. The browser then speaks of that line."
	a.Fix.Do = fmt.Sprintf("In the configuration of %s allow %s.", r.layer, s.refused())
	if r.says("origin") {
		a.Fix.Do += " An origin is compared character by character: scheme, host, port, and no slash at the end."
	}
}

// refused is what a layer is to allow, as far as it is known.
func (s *sighting) refused() string {
	r, method, names := s.refusedBy, "", []string(nil)
	if v := s.verdict; v != nil {
		method, names = v.method, v.names
	}
	var list []string
	if r.says("origin") {
		list = append(list, "the origin "+orSome(s.named(), "of the page"))
	}
	if r.says("method") && (method != "" || len(r.refuses) > 0) {
		list = append(list, "the method "+orSome(method, "of the request"))
	}
	if r.says("headers") && (len(names) > 0 || len(r.refuses) > 0) {
		list = append(list, "the request headers "+orSome(strings.Join(names, ", "), "that the script sets"))
	}
	if n := len(list); n > 1 {
		return strings.Join(list[:n-1], ", ") + " and " + list[n-1]
	}
	return list[0]
}
