package causedoc

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/corsproof/corsproof/cases"
)

// A fact in words: the phrase has %s for the values, which are joined with "or".
// A value without words of its own stands as it is written.
type fact struct {
	key    string // as cases.Match has it
	phrase string
	words  map[string]string
}

var (
	yesNo  = map[string]string{"yes": "", "no": "not "}
	canNot = map[string]string{"yes": "can", "no": "cannot"}
)

// there is for facts about whether a field is there.
var there = map[string]string{"present": "there", "absent": "missing", "same": "the origin that asked", "star": "*", "other": "something else than the origin that asked",
	"empty": "empty", "list": "a list", "several-lines": "in several lines", "syntax": "not readable", "unreadable": "not readable"}

// factWords are the facts in the order in which they are said: what it did, then
// to which exchange, then what was in it.
var factWords = []fact{
	{"effect", "%s", map[string]string{
		"locked-out": "what the policy allows is blocked", "let-in": "what the policy does not allow is granted",
		"cache-unsafe": "a cache may give the answer to others", "malformed": "a rule for answers is broken", "unavailable": "there is no answer",
	}},
	{"grants", "granted is %s", map[string]string{
		"origin": "reading by an origin", "credentials": "reading with credentials", "method": "a method", "header": "a request header",
		"exposed": "a response header", "private-network": "the private network", "timing": "how long the load took",
	}},
	{"reason", "the browser's reason is %s", nil},
	{"at", "it is %s", map[string]string{
		"preflight": "a preflight", "request": "the request itself", "options": "an OPTIONS that is no preflight",
		"plain": "a request without Origin", "cache": "a request through a cache",
	}},
	{"method", "the method is %s", nil},
	{"asker", "who asks is %s", askers},
	{"credentialed", "the request has %s", map[string]string{"yes": "credentials", "no": "no credentials"}},
	{"credentials", "it is %sabout a request with credentials", yesNo},
	{"asks_headers", "the preflight asks for %s", map[string]string{"yes": "request headers", "no": "no request headers"}},
	{"parameter", "what was refused is %s", nil},
	{"names_elsewhere", "the request headers that it asks for are %s by other preflights", map[string]string{"granted": "all granted", "never": "not all granted"}},
	{"headers_by_method", "preflights with request headers are %sgranted for other methods alone", yesNo},
	{"parameter_elsewhere", "what was refused is %s by other preflights", map[string]string{"granted": "granted", "never": "never granted"}},
	{"status", "the status is %s", map[string]string{"none": "none, for want of an answer", "50[02-9]": "500, 502 to 509", "5[1-9]?": "510 to 599"}},
	{"redirect", "the redirect leads to %s", map[string]string{
		"slash": "the same path with or without a slash at its end", "https": "https", "login": "a login", "host": "another host", "other": "another path",
	}},
	{"allow_origin", "Access-Control-Allow-Origin is %s", there},
	{"other_fields", "there are %sother CORS headers beside it", map[string]string{"yes": "", "no": "no "}},
	{"lost", "Access-Control-Allow-Origin is %smissing for a stated origin", yesNo},
	{"allow_credentials", "Access-Control-Allow-Credentials is %s", there},
	{"allow_headers", "Access-Control-Allow-Headers is %s", there},
	{"allow_methods", "Access-Control-Allow-Methods is %s", there},
	{"max_age", "Access-Control-Max-Age is %s", there},
	{"vary", "Vary is %s", there},
	{"vary_origin", "the answer %s by Origin", map[string]string{"yes": "varies", "no": "does not vary"}},
	{"odd_alone", "it is %sonly lost for requests that no browser sends, whatever the status", yesNo},
	{"others_granted", "other preflights for the URL are %sgranted", yesNo},
	{"expose_headers", "Access-Control-Expose-Headers is %s", there},
	{"field", "the header that is concerned is %s", nil},
	{"form", "its value is %s", forms},
	{"shared", "who asks %s read the answer", canNot},
	{"granted", "the preflight is %sgranted", yesNo},
	{"only", "answers that are right differ from it in %s alone", map[string]string{
		"credentialed": "cookies or a token", "coding": "the compression", "content": "the kind of content", "range": "the range", "transport": "the protocol",
		"method": "the method", "status": "the status", "origin": "the origin", "path": "the path", "policy": "the policy", "names": "the header names that are asked for",
		"cookie": "a cookie", "token": "Authorization", "fields": "the request headers", "sends": "the type of the content that is sent", "accepts": "Accept-Encoding",
		"accept": "Accept", "language": "Accept-Language", "conditional": "a condition (If-None-Match)",
		"query": "the lack of a query",
	}},
	{"server", "the answer names %s", nil},
	{"answered_by", "it is answered by %s", map[string]string{"application": "the application"}},
	{"transport", "the protocol is %s", nil},
	{"coding", "the compression is %s", map[string]string{"identity": "none"}},
	{"predicate", "the demand that does not hold is %s", nil},
	{"sendable", "a browser %s send the request", canNot},
	{"excess", "there are %sbytes that answer no request", map[string]string{"yes": "", "no": "no "}},
	{"error", "why there is no answer: %s", nil},
	{"case", "the case is %s", nil},
	{"group", "the group of cases is %s", nil},
	{"policy", "the policy is %s", nil},
	{"policy_credentials", "the policy allows %scredentials", map[string]string{"yes": "", "no": "no "}},
	{"policy_lists", "the policy states %s", map[string]string{"both": "methods and request headers", "methods": "methods, and no request header", "headers": "request headers, and no method", "none": "no method and no request header"}},
	{"policy_origins", "the policy names origins by %s", map[string]string{
		"list": "a list", "any": "*", "pattern": "a pattern", "regex": "an expression", "callback": "a function",
		"nothing": "nothing", "any-plain": "* without credentials", "any-credentialed": "* with credentials",
	}},
}

// askers are who asks, and in which way a foreign origin is like a stated one.
var askers = map[string]string{
	"stated": "a stated origin", "matched": "one that a pattern or an expression covers", "none": "nobody (there is no Origin)", "null": "the origin null", "foreign": "an origin that is not stated",
	"unrelated": "an unrelated origin", "subdomain": "a subdomain of a stated one", "parent": "the parent domain of a stated one",
	"scheme": "a stated one with another scheme", "no-scheme": "a stated one without its scheme", "port": "a stated one with another port",
	"port-junk": "a stated one with a port that is none", "www": "a stated one with, or without, www", "case": "a stated one in other capitals",
	"default-port": "a stated one with the scheme's own port", "trailing-dot": "a stated one with a dot at the end of its host", "slash": "a stated one with a slash at its end",
	"spelling": "a stated one spelt otherwise", "encoded": "one with percent-encoded bytes", "quoted": "one in quotes", "control": "one with control bytes",
	"backslash": "one with a backslash", "userinfo": "one with a user name", "path": "one with a path", "junk": "one with bytes that no origin has",
	"beginning": "one that begins like a stated one", "ending": "one that ends like a stated one", "contains": "one that has a stated one in it", "shortened": "one with which a stated one begins",
	"concatenated": "two stated ones put together", "dot": "a stated one with another character for a dot", "several": "several at once",
	"own-host": "one of the server's own host", "localhost": "localhost", "private": "an address of a private network",
	"any": "any origin", "empty": "an empty Origin", "star": "*", "extension": "a browser extension", "app": "an application's scheme", "file": "a file",
}

// forms are how a value differs from the one that was wanted.
var forms = map[string]string{
	"absent": "missing", "several-lines": "in several lines", "joined": "two layers' values in one", "list": "a list", "slash": "one with a slash at its end",
	"path": "one with a path", "no-scheme": "one without a scheme", "scheme": "one with another scheme", "port": "one with another port",
	"www": "one with, or without, www", "case": "in other capitals", "pattern": "a pattern", "null": "null", "empty": "empty", "boolean": "true or false",
	"own-host": "the server's own host", "host": "a host name", "quoted": "in quotes, or the like", "star": "*", "stated-other": "another stated origin",
	"localhost": "localhost", "other": "another", "false": "false", "syntax": "not readable", "negative": "negative", "longer": "more than stated",
	"shorter": "less than stated", "overwritten": "overwritten", "same": "as wanted", "name-missing": "a list without the name", "true": "true", "unstated": "one where none was stated",
}

// Facts says in words what a set of facts demands. All of it must hold.
func Facts(m *cases.Match) string {
	values := valuesOf(m)
	var list []string
	for _, f := range factWords {
		if v := values[f.key]; len(v) > 0 {
			list = append(list, f.say(v))
		}
	}
	return strings.Join(list, "; ")
}

func (f fact) say(values cases.Names) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = v
		if w, ok := f.words[v]; ok {
			words[i] = w
		}
	}
	return fmt.Sprintf(f.phrase, either(words))
}

// either is "a, b or c".
func either(words []string) string {
	n := len(words)
	if n == 1 {
		return words[0]
	}
	return strings.Join(words[:n-1], ", ") + " or " + words[n-1]
}

// valuesOf are the facts of a set that have values, by key.
func valuesOf(m *cases.Match) map[string]cases.Names {
	values := map[string]cases.Names{}
	v := reflect.ValueOf(m).Elem()
	for i := range v.NumField() {
		if key := v.Type().Field(i).Tag.Get("yaml"); key != "" { // the others are not facts
			values[key] = v.Field(i).Interface().(cases.Names)
		}
	}
	return values
}
