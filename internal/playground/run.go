package playground

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/secret"
	"github.com/corsproof/corsproof/spec"
)

// content is what the second origin answers, unless the status has none.
const content = `{"hello": "from the server"}`

// items is the path of the second origin, before the id of a run.
const items = "/items"

// run is one order and what came of it on the wire.
type run struct {
	armed
	mu   sync.Mutex
	wire []Message
}

// Message is a request as it arrived, and the answer to it.
type Message struct {
	Preflight bool        `json:"preflight"`
	Method    string      `json:"method"`
	Target    string      `json:"target"`
	Request   [][2]string `json:"request"` // what CORS is about first; secrets hidden
	Status    int         `json:"status"`
	Phrase    string      `json:"phrase"`
	Response  [][2]string `json:"response"`
}

// Armed says where the answer waits.
type Armed struct {
	ID      string   `json:"id"`
	URL     string   `json:"url"`
	LeftOut []string `json:"left_out"` // fields that are not sent, with the reason
}

func (p *Playground) arm(o Order) (any, error) {
	a, err := o.arm()
	if err != nil {
		return nil, err
	}
	if !a.response.Header.Has("Content-Type") {
		a.response.Header.Add("Content-Type", "application/json")
	}
	// The id tells answers apart and is no part of what is judged: the page says /items throughout.
	a.request.URL = p.URL + items
	id := p.keep(&run{armed: *a})
	return &Armed{ID: id, URL: a.request.URL + "/" + id, LeftOut: append([]string{}, a.leftOut...)}, nil
}

// answer answers as a run says, and writes down what arrived.
func (p *Playground) answer(w http.ResponseWriter, req *http.Request) {
	r := p.find(req.PathValue("id"))
	if r == nil {
		http.Error(w, "this answer is not kept any more: send it again", http.StatusGone)
		return
	}
	_, asks := req.Header["Access-Control-Request-Method"]
	preflight := req.Method == http.MethodOptions && asks
	answer := &r.response
	if preflight {
		answer = &r.preflight
	}
	r.note(req, preflight, answer)
	h := w.Header()
	h["Date"] = nil
	for _, f := range answer.Header {
		name := http.CanonicalHeaderKey(f.Name)
		h[name] = append(h[name], f.Value)
	}
	if preflight {
		h["Content-Type"] = slices.Clip(h["Content-Type"]) // nil: none is guessed
	}
	w.WriteHeader(answer.Status)
	if !preflight && req.Method != http.MethodHead && hasContent(answer.Status) {
		_, _ = w.Write([]byte(content))
	}
}

func hasContent(status int) bool { return status != 204 && status != 205 && status != 304 }

func (r *run) note(req *http.Request, preflight bool, answer *spec.Response) {
	m := Message{Preflight: preflight, Method: req.Method, Target: req.RequestURI, Status: answer.Status, Phrase: http.StatusText(answer.Status), Request: arrived(req), Response: [][2]string{}}
	for _, f := range answer.Header {
		m.Response = append(m.Response, [2]string{f.Name, cases.FromBytes(f.Value)})
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wire = append(r.wire, m)
}

func (r *run) messages() []Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Message{}, r.wire...)
}

// arrived are the fields of a request, those that CORS is about first.
func arrived(req *http.Request) [][2]string {
	var hide *secret.Redactor
	list := [][2]string{{"Host", req.Host}}
	for name, values := range req.Header {
		for _, v := range values {
			list = append(list, [2]string{name, hide.Field(name, cases.FromBytes(v), false)})
		}
	}
	slices.SortFunc(list, func(a, b [2]string) int {
		if d := rank(a[0]) - rank(b[0]); d != 0 {
			return d
		}
		return strings.Compare(a[0]+a[1], b[0]+b[1])
	})
	return list
}

func rank(name string) int {
	switch {
	case name == "Host":
		return 0
	case name == "Origin":
		return 1
	case strings.HasPrefix(name, "Access-Control-"):
		return 2
	case name == "Cookie" || name == "Authorization":
		return 3
	}
	return 4
}
