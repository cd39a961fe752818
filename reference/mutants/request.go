package mutants

import (
	"strings"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

// withheld is a mutant whose grant depends on something in the request that is
// none of its business, as a filter in front of the layer makes it.
func withheld(name, what string, targets []string, c cond) Mutant {
	return Mutant{
		Name: name, Class: RequestDependent, Browser: true,
		Doc:     "A response to a request " + what + " is not shared.",
		Sources: []string{"https://fetch.spec.whatwg.org/#http-responses"},
		Targets: targets,
		hooks:   head(on(both(isShared, c), dropGrant)),
	}
}

// refusedFor is a mutant that refuses preflights that ask for a header name.
func refusedFor(name string, targets []string) Mutant {
	return Mutant{
		Name: "refused-" + name, Class: RequestDependent, Browser: true,
		Doc:     "A preflight that asks for " + name + " is refused.",
		Sources: []string{"https://fetch.spec.whatwg.org/#cors-preflight-fetch-0"},
		Targets: targets,
		hooks: reject(403, askedHeaders(func(lines []string) bool {
			names, ok := layer.RequestedHeaders(lines)
			return ok && is(names...)(name)
		})),
	}
}

// sendsContentType: the request has content of this type.
func sendsContentType(prefix string) cond {
	return field("Content-Type", func(v string) bool { return strings.HasPrefix(strings.ToLower(v), prefix) })
}

// isOwnValue: a value that a script has set.
func isOwnValue(value string) bool { // that markup does not set
	return value != "" && value != "*/*" && !strings.Contains(value, "image/") && !strings.HasPrefix(value, "text/")
}

func isEnglish(value string) bool { return strings.HasPrefix(value, "en-US") }

// requestMutants let the grant depend on other fields of the request.
var requestMutants = []Mutant{
	withheld("withheld-accept", "with an Accept of its own", []string{"header-*", "status-sse*", "shared-negotiated*"}, field("Accept", isOwnValue)),
	withheld("withheld-accept-language", "with an Accept-Language of its own", []string{"header-accept-language*", "header-*"}, both(withField("Accept-Language"), not(field("Accept-Language", isEnglish)))),
	// Whatever asks as a browser does finds it: a browser takes compressed answers.
	withheld("withheld-compressed", "that may be compressed", []string{"*"}, both(policy("exact"), atPath("/ok"), isActual, field("Accept-Encoding", has("gzip")))),
	withheld("withheld-content-language", "with Content-Language", []string{"header-content-language*", "header-*"}, withField("Content-Language")),
	withheld("withheld-range", "with Range", []string{"header-*", "br-range*", "shared-range*", "status-range*", "status-206*", "status-416*", "read-206*", "read-416*"}, withField("Range")),
	withheld("withheld-text-plain", "with a body of type text/plain and no charset", []string{"actual-post-*", "header-*", "simple-*", "h1-expect-*", "status-303*"},
		both(sendsContentType("text/plain"), not(field("Content-Type", has("charset"))))),
	withheld("withheld-charset", "with a body of type text/plain and a charset", []string{"header-*", "simple-*", "element-keepalive*", "expose-post*", "pf-*", "br-xhr-*", "redirect-30*", "status-303*", "br-lower-*"},
		both(sendsContentType("text/plain"), field("Content-Type", has("charset")))),
	withheld("withheld-untyped", "with POST and no Content-Type", []string{"simple-*", "read-201*"},
		both(method("POST"), not(withField("Content-Type")))),
	withheld("withheld-form", "with a form", []string{"simple-post-urlencoded*", "header-content-type*", "creds-post*"}, sendsContentType("application/x-www-form-urlencoded")),
	withheld("withheld-multipart", "with a multipart form", []string{"simple-post-multipart*", "header-content-type*", "simple-*"}, sendsContentType("multipart/form-data")),
	withheld("withheld-json", "with JSON", []string{"actual-post-json*", "br-*", "element-beacon-*", "pf-*", "simple-*"}, sendsContentType("application/json")),
	withheld("withheld-octets", "with a body of type application/octet-stream", []string{"simple-post-octet*", "header-content-type*", "simple-*"}, sendsContentType("application/octet-stream")),
	withheld("withheld-xml", "with XML", []string{"simple-post-xml*", "header-content-type*", "simple-*"}, sendsContentType("application/xml")),
	withheld("withheld-authorization", "with Authorization", []string{"*authorization*", "creds-*", "pf-*", "br-two-custom-*", "status-auth-*", "read-401-*"}, withField("Authorization")),
	withheld("withheld-if-none-match", "with If-None-Match", []string{"status-304*", "br-304*", "header-if-none-match*", "vary-304*"}, withField("If-None-Match")),
	refusedFor("accept-language", []string{"header-accept-language*", "acrh-safelisted*", "header-*"}),
	refusedFor("range", []string{"header-range*", "acrh-range*"}),
}
