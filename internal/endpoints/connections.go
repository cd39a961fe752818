package endpoints

import (
	"net/http"
	"time"
)

// connections are servers that are wrong below CORS, and servers that die.
func connections() []Kind {
	p := plain("PUT")
	full := front()
	preflight204 := func(text string) Server {
		return raw{handler: policied(full), after: func(r *http.Request, code int) string {
			if isPreflight(r) && code == http.StatusNoContent {
				return text
			}
			return ""
		}}.server()
	}
	reader := plain()
	return []Kind{
		{
			Name: "content-left-on-the-connection", Says: "The content of some requests is read as the next request.", Policy: p,
			Broken: []Shape{
				{"of OPTIONS", raw{handler: policied(p), unread: isOptions}.server()},
				{"of preflights", raw{handler: policied(p), unread: isPreflight}.server()},
			},
			Right: []Shape{{"right", raw{handler: policied(p)}.server()}},
			Finds: "content|body",
		},
		{
			Name: "content-behind-204", Says: "The 204 to a preflight has content, which is in the way of the next answer.", Policy: full,
			Broken: []Shape{{"OK", preflight204("OK")}, {"a line", preflight204("\r\n{}\r\n")}},
			Right:  []Shape{{"right", raw{handler: policied(full)}.server()}},
			Finds:  `\b204\b`, Never: []string{severity, "target died"},
		},
		{
			Name: "target-that-dies", Says: "A right server is gone after a while; what it would have answered is not known.", Policy: reader,
			Broken: []Shape{
				{"resets from the 46th request on", raw{handler: policied(reader), limit: 45}.server()},
				{"resets from the 91st request on", raw{handler: policied(reader), limit: 90}.server()},
			},
			Right: []Shape{{"right", raw{handler: policied(reader)}.server()}},
			Exits: []int{Died}, Never: []string{severity},
		},
		{
			Name: "target-that-falls-silent", Says: "A right server answers nothing after a while.", Policy: reader,
			Broken: []Shape{{"from the 46th request on", raw{handler: policied(reader), limit: 45, hang: true}.server()}},
			Right:  []Shape{{"right", raw{handler: policied(reader)}.server()}},
			Exits:  []int{Died}, Never: []string{severity}, Timeout: 2 * time.Second,
		},
	}
}
