package layer

import (
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// Kind is what a request is to the CORS protocol.
type Kind uint8

// The kinds of a request.
const (
	Plain     Kind = iota // no Origin: not a CORS request
	Actual                // has an Origin
	Preflight             // https://fetch.spec.whatwg.org/#cors-preflight-request
)

// Kept is what an exchange keeps for hooks: the CORS fields that the application had set, and the
// lines of Vary.
type Kept struct {
	Removed http.Header
	Varied  []string
}

// Exchange is one request on its way through the layer, and the
// ResponseWriter that the application gets.
type Exchange struct {
	http.ResponseWriter
	Layer   *Layer
	Request *http.Request // as the layer sees it
	Origin  string        // the Origin field's value if there is exactly one
	Method  string        // of a preflight: the requested one
	Status  int           // of the answer, once its head is being written
	*Kept

	Kind     Kind
	Granted  bool // the origin is allowed
	Panicked bool // the application has not returned, and never will
	returned bool // the application has
	done     bool // the head has been written

	buf [4]string // backs the values of the fields: no response shares memory with another
}

// examine decides what the request is, and about its origin.
func (x *Exchange) examine() {
	lines := x.Request.Header[FieldOrigin]
	if len(lines) > 0 {
		x.Kind = Actual
		if x.Request.Method == http.MethodOptions {
			if ask := x.Request.Header[FieldACRM]; len(ask) > 0 {
				x.Kind = Preflight
				if len(ask) == 1 && spec.IsToken(ask[0]) {
					x.Method = ask[0]
				}
			}
		}
	}
	if len(lines) == 1 {
		x.Origin = lines[0]
	}
	// "*" is the same for everybody, also for a request without Origin
	// (https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches).
	x.Granted = x.Layer.Origins.Any || len(lines) == 1 && x.Layer.Origins.Allows(x.Origin)
	if hk := x.Layer.hooks; hk != nil {
		if hk.Kind != nil {
			x.Kind = hk.Kind(x)
		}
		if hk.Allows != nil {
			x.Granted = hk.Allows(x)
		}
	}
}

// answerPreflight answers in the application's stead.
func (x *Exchange) answerPreflight(next http.Handler) {
	status := http.StatusNoContent
	switch {
	case x.Method == "":
		// Not one method token: nothing that could be granted.
		status, x.Granted = http.StatusBadRequest, false
	case !x.Granted:
		// "The server is encouraged to use the 403 status":
		// https://fetch.spec.whatwg.org/#http-responses
		status = http.StatusForbidden
	}
	if hk := x.Layer.hooks; hk != nil && hk.Preflight != nil {
		status = hk.Preflight(x, next, status)
	}
	if !x.done {
		x.WriteHeader(status)
	}
}

// apply puts the policy's fields in place of all that are there under their names.
func (x *Exchange) apply(h http.Header) {
	varied := false
	for name := range h {
		if name == FieldVary {
			varied = true
		} else if IsCORSField(name) {
			if x.Layer.hooks != nil {
				if x.Removed == nil {
					x.Removed = http.Header{}
				}
				x.Removed[name] = h[name]
			}
			delete(h, name)
		}
	}
	m, vary := x.Layer, x.Layer.vary
	if m.hooks != nil {
		x.Varied = slices.Clone(h[FieldVary])
	}
	if x.Kind == Preflight {
		vary = m.varyPreflight
	}
	if !varied && len(vary) == 1 && x.Kind != Preflight { // as nearly always
		x.set(h, 3, FieldVary, vary[0])
	} else {
		for _, name := range vary {
			AddVary(h, name)
		}
	}
	// The same list for everybody: an image is fetched without an Origin, and
	// the browser finds the page's in the list (https://fetch.spec.whatwg.org/#concept-tao-check).
	if m.timing != "" && x.Kind != Preflight {
		h.Set(FieldTAO, m.timing)
	}
	if !x.Granted {
		return
	}
	if m.Origins.Any && !m.credentials {
		x.set(h, 0, FieldACAO, "*")
	} else {
		x.set(h, 0, FieldACAO, x.Origin)
	}
	if m.credentials {
		x.set(h, 1, FieldACAC, "true")
	}
	if x.Kind != Preflight {
		switch {
		case m.exposePresent:
			x.set(h, 2, FieldACEH, NamesOf(h))
		case m.Expose != "":
			x.set(h, 2, FieldACEH, m.Expose)
		}
		return
	}
	switch {
	case m.echoMethod && !spec.IsForbiddenMethod(x.Method):
		h.Set(FieldACAM, x.Method)
	case m.Methods != "":
		x.set(h, 2, FieldACAM, m.Methods)
	}
	if m.echoHeaders {
		if names, ok := RequestedHeaders(x.Request.Header[FieldACRH]); ok && len(names) > 0 {
			h.Set(FieldACAH, strings.Join(names, ", "))
		}
	} else if m.Headers != "" {
		x.set(h, 3, FieldACAH, m.Headers)
	}
	if m.MaxAge != "" {
		h.Set(FieldACMA, m.MaxAge)
	}
	if m.privateNetwork && slices.Equal(x.Request.Header[FieldACRPN], []string{"true"}) {
		h.Set(FieldACAPN, "true")
	}
}

// set is h.Set with the value in the exchange's own memory: no allocation, and
// an outer layer that edits the slice harms no other response.
func (x *Exchange) set(h http.Header, i int, name, value string) {
	x.buf[i] = value
	h[name] = x.buf[i : i+1 : i+1]
}
