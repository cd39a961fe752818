package mutants

import (
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/reference/internal/layer"
)

// The vocabulary in which mutants and variants say what they change.

// edit changes the complete head of a response.
type edit func(x *exchange, h http.Header)

// cond is true of some exchanges.
type cond func(x *exchange) bool

// head is a defect of the response's head.
func head(edits ...edit) func() hooks {
	return func() hooks {
		return hooks{head: func(x *exchange, h http.Header) {
			for _, e := range edits {
				e(x, h)
			}
		}}
	}
}

// on restricts edits to some exchanges.
func on(c cond, edits ...edit) edit {
	return func(x *exchange, h http.Header) {
		if c(x) {
			for _, e := range edits {
				e(x, h)
			}
		}
	}
}

// both is true when all are.
func both(cs ...cond) cond {
	return func(x *exchange) bool {
		return !slices.ContainsFunc(cs, func(c cond) bool { return !c(x) })
	}
}

func not(c cond) cond { return func(x *exchange) bool { return !c(x) } }

// What an exchange can be.
func isPreflight(x *exchange) bool { return x.Kind == layer.Preflight }
func isActual(x *exchange) bool    { return x.Kind == layer.Actual }
func isPlain(x *exchange) bool     { return x.Kind == layer.Plain }
func isGranted(x *exchange) bool   { return x.Granted }
func isDenied(x *exchange) bool    { return x.Kind != layer.Plain && !x.Granted }
func isPanic(x *exchange) bool     { return x.Panicked }
func isShared(x *exchange) bool    { return x.Kind != layer.Preflight && x.Granted }

func method(names ...string) cond {
	return func(x *exchange) bool { return slices.Contains(names, x.Request.Method) }
}

func status(codes ...int) cond {
	return func(x *exchange) bool { return slices.Contains(codes, x.Status) }
}

func policy(names ...string) cond {
	return func(x *exchange) bool { return slices.Contains(names, x.policy.Name) }
}

// underExact: the two policies that list their origins, under which most checks run.
var underExact = policy("exact", "exact-creds")

func atPath(paths ...string) cond {
	return func(x *exchange) bool { return slices.Contains(paths, x.Request.URL.Path) }
}

// withField: the request has the field.
func withField(name string) cond {
	return func(x *exchange) bool { return len(x.Request.Header.Values(name)) > 0 }
}

// field: the request has the field and one of its lines satisfies f.
func field(name string, f func(value string) bool) cond {
	return func(x *exchange) bool { return slices.ContainsFunc(x.Request.Header.Values(name), f) }
}

// originIs: the origin has the property.
func originIs(f func(origin string) bool) cond {
	return func(x *exchange) bool { return f(x.Origin) }
}

// asked: a preflight for a method that satisfies f.
func asked(f func(method string) bool) cond {
	return func(x *exchange) bool {
		return x.Kind == layer.Preflight && slices.ContainsFunc(x.Request.Header[layer.FieldACRM], f)
	}
}

// askedHeaders: a preflight whose Access-Control-Request-Headers lines satisfy f.
func askedHeaders(f func(lines []string) bool) cond {
	return func(x *exchange) bool {
		lines, present := x.Request.Header[layer.FieldACRH]
		return present && x.Kind == layer.Preflight && f(lines)
	}
}

// askedLine is askedHeaders with one line at a time: any of them.
func askedLine(f func(line string) bool) cond {
	return askedHeaders(func(lines []string) bool { return slices.ContainsFunc(lines, f) })
}

func is(want ...string) func(string) bool {
	return func(s string) bool { return slices.Contains(want, s) }
}

func has(part string) func(string) bool {
	return func(s string) bool { return strings.Contains(s, part) }
}

// What an edit can do.
func drop(names ...string) edit {
	return func(_ *exchange, h http.Header) {
		for _, name := range names {
			h.Del(name)
		}
	}
}

func put(name, value string) edit {
	return func(_ *exchange, h http.Header) { h.Set(name, value) }
}

func add(name, value string) edit {
	return func(_ *exchange, h http.Header) { h.Add(name, value) }
}

// rewrite changes the values of a field that is there.
func rewrite(name string, f func(value string) string) edit {
	return func(_ *exchange, h http.Header) {
		for i, v := range h[name] {
			h[name][i] = f(v)
		}
	}
}

// dropGrant takes away all CORS fields, but leaves Vary.
func dropGrant(_ *exchange, h http.Header) {
	for name := range h {
		if layer.IsCORSField(name) {
			delete(h, name)
		}
	}
}

// dropVary takes a member out of Vary.
func dropVary(member string) edit {
	return func(_ *exchange, h http.Header) {
		var kept []string
		for _, line := range h[layer.FieldVary] {
			var elems []string
			for elem := range strings.SplitSeq(line, ",") {
				if elem = strings.TrimSpace(elem); !strings.EqualFold(elem, member) {
					elems = append(elems, elem)
				}
			}
			if len(elems) > 0 {
				kept = append(kept, strings.Join(elems, ", "))
			}
		}
		if h.Del(layer.FieldVary); kept != nil {
			h[layer.FieldVary] = kept
		}
	}
}

// echoOrigin grants whatever origin asked, without credentials.
func echoOrigin(x *exchange, h http.Header) { h.Set(layer.FieldACAO, x.Origin) }

// allowAlso loosens the decision about the origin: f sees each exact origin of
// the policy beside the one that asks.
func allowAlso(f func(allowed, origin string) bool) func() hooks {
	return func() hooks {
		return hooks{allows: func(x *exchange) bool {
			return x.Granted || x.Kind != layer.Plain && x.Origin != "" &&
				slices.ContainsFunc(x.policy.Origins, func(o string) bool { return o != "*" && f(o, x.Origin) })
		}}
	}
}

// allowWhen grants the origin in other cases too.
func allowWhen(c cond) func() hooks {
	return func() hooks {
		return hooks{allows: func(x *exchange) bool { return x.Granted || c(x) }}
	}
}

// denyWhen denies the origin.
func denyWhen(c cond) func() hooks {
	return func() hooks {
		return hooks{allows: func(x *exchange) bool { return x.Granted && !c(x) }}
	}
}

// reject answers a preflight with a status and without a grant.
func reject(code int, c cond) func() hooks {
	return func() hooks {
		return hooks{preflight: func(x *exchange, _ http.Handler, status int) int {
			if c(x) {
				x.Granted = false
				return code
			}
			return status
		}}
	}
}

// answer answers a preflight with another status, the grant staying as it is.
func answer(code int, c cond) func() hooks {
	return func() hooks {
		return hooks{preflight: func(x *exchange, _ http.Handler, status int) int {
			if c(x) {
				return code
			}
			return status
		}}
	}
}

// blocked answers requests that are not preflights in the application's stead.
func blocked(code int, c cond) func() hooks {
	return func() hooks {
		return hooks{block: func(x *exchange) int {
			if c(x) {
				return code
			}
			return 0
		}}
	}
}

// compiled edits policies before they are compiled.
func compiled(edit func(p *cases.Policy)) func() hooks {
	return func() hooks { return hooks{policy: edit} }
}

// and joins defects that only together are the one defect. Later ones win
// where both use the same hook, but for edits of the head, which all run.
func and(parts ...func() hooks) func() hooks {
	return func() hooks {
		var all hooks
		var edits []func(*exchange, http.Header)
		for _, part := range parts {
			hk := part()
			if hk.head != nil {
				edits = append(edits, hk.head)
			}
			all.merge(hk)
		}
		if edits != nil {
			all.head = func(x *exchange, h http.Header) {
				for _, e := range edits {
					e(x, h)
				}
			}
		}
		return all
	}
}
