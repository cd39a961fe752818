package explain_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// TestMisspelt: a header of the answer that was to be the one that is missing is named, with what to write; real
// headers that look alike are none.
func TestMisspelt(t *testing.T) {
	const acao, acam, acah, acac, aceh = "Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers"
	for header, list := range map[string][]string{
		acao: {"Access-Control-Allow-Orgin", "Access-Control-Allow-Orign", "Access-Control-Allow-Origins", "Access-Control-Allowed-Origin", "Access-Control-Allowed-Origins", "Acces-Control-Allow-Origin", "Access-Controll-Allow-Origin",
			"Access-Control-Alow-Origin", "Access-Contol-Allow-Origin", "Access_Control_Allow_Origin", "AccessControlAllowOrigin", "Access-Control-AllowOrigin", "X-Access-Control-Allow-Origin", "Access-Control-Origin", "Allow-Origin", "Access-Allow-Origin",
			"Access-Control-Allow-Domain", "access-control-allow-oirgin", "Access-Control-Allow"},
		acam: {"Access-Control-Allow-Method", "Access-Control-Allowed-Methods", "Access-Control-Request-Method", "Access-Control-Allow-Metods", "Access-Control-Methods"},
		acah: {"Access-Control-Allow-Header", "Access-Control-Allowed-Headers", "Access-Control-Request-Headers", "Access-Control-Allow-Haeders", "Access-Control-Headers"},
		acac: {"Access-Control-Allow-Credential", "Access-Control-Allow-Credentails", "Access-Control-Allowed-Credentials", "Access-Control-Credentials"},
		aceh: {"Access-Control-Exposed-Headers", "Access-Control-Expose-Header", "Access-Control-Allow-Expose-Headers", "Expose-Headers"},
	} {
		right := map[string]string{acao: "https://shop.example", acam: "PUT", acah: "x-tenant", acac: "true", aceh: "x-total"}
		wrong := map[string]string{acao: "https://www.example"}
		for _, name := range list {
			for _, value := range []string{right[header], wrong[header]} {
				if value == "" {
					continue
				}
				c := explain.Context{}
				answer, sent, status := "", "GET", "200 OK"
				for _, h := range []string{acao, acam, acah, acac, aceh} {
					if n := h; h == header {
						answer += "< " + name + ": " + value + "\n"
					} else {
						answer += "< " + n + ": " + right[h] + "\n"
					}
				}
				cookie := ""
				switch header {
				case acam, acah:
					sent, status = "OPTIONS", "204 No Content"
				case acac:
					cookie = "> Cookie: a=b\n"
				case aceh:
					c.Reads = "X-Total"
					answer += "< X-Total: 7\n"
				}
				asks := "> Origin: https://shop.example\n" + cookie
				if sent == "OPTIONS" {
					asks += "> Access-Control-Request-Method: PUT\n> Access-Control-Request-Headers: x-tenant\n"
				}
				text := "> " + sent + " /a HTTP/1.1\n> Host: api.example\n" + asks + ">\n< HTTP/1.1 " + status + "\n" + answer + "<\n"
				a := explained(t, text, c)
				out := flat(page(t, a))
				does := value == right[header]
				if !strings.Contains(out, name) && !strings.Contains(strings.ToLower(out), strings.ToLower(name)) || !strings.Contains(a.Fix.Do, "Write "+header) || a.Side != "server" || a.Confidence != explain.Certain {
					t.Errorf("%s: %s, %s, %s\n%s", name, a.Reason, a.Side, a.Confidence, out)
					continue
				}
				if len(a.Received) != 1 || len(a.Wanted) != 1 || a.Received[0] != name+": "+value || does && a.Wanted[0] != header+": "+value || !does && strings.Contains(a.Wanted[0], value) || strings.Contains(a.Fix.Do, "Its value") == does {
					t.Errorf("%s: %q -> %q: %s", name, a.Received, a.Wanted, a.Fix.Do)
				}
			}
		}
	}
	for _, name := range []string{"Timing-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Credentials", "Access-Control-Max-Age", "Vary", "Allow", "X-Origin", "Content-Type", "Cross-Origin-Resource-Policy", "Cross-Origin-Opener-Policy", "Origin-Agent-Cluster", "Access-Control-Allow-Private-Network", "Location", "X-Allow"} {
		a := explained(t, fmt.Sprintf("> GET /a HTTP/1.1\n> Host: api.example\n> Origin: https://shop.example\n>\n< HTTP/1.1 200 OK\n< %s: *\n<\n", name), explain.Context{})
		if strings.Contains(a.Cause.Title, "misspelt") || a.Reason != spec.ReasonMissingAllowOriginHeader {
			t.Errorf("%s: %s: %s", name, a.Reason, a.Cause.Title)
		}
	}
	for name, text := range map[string]string{
		"no page":      "HTTP/1.1 200 OK\nAccess-Control-Allow-Orgin: *\nContent-Type: text/plain\n",
		"given a page": "HTTP/1.1 500 Internal Server Error\naccess-control-allow-orgin: *\n",
		"HAR":          harOf(strings.Replace(other, "Access-Control-Allow-Origin", "Access-Control-Allow-Orgin", 1)),
	} {
		c := explain.Context{}
		if name == "given a page" {
			c.Origin = app
		}
		a := explained(t, text, c)
		if a.Reason != spec.ReasonMissingAllowOriginHeader || !strings.Contains(a.Cause.Title, "misspelt: the answer has Access-Control-Allow-Orgin") || strings.Contains(flat(page(t, a)), "decides by the origin") {
			t.Errorf("%s: %s: %s", name, a.Reason, a.Cause.Title)
		}
	}
	both := "HTTP/1.1 200 OK\nAccess-Control-Allow-Orgin: *\nAccess-Control-Allow-Origin: https://www.example\n"
	if a := explained(t, both, explain.Context{Origin: app}); a.Reason != spec.ReasonAllowOriginMismatch || strings.Contains(a.Cause.Title, "misspelt") {
		t.Errorf("it is there besides: %s: %s", a.Reason, a.Cause.Title)
	}
}

// TestFromACache: where an answer says that a cache gave it, that is named for an origin that is another page's,
// and, as what it may be, for one that is missing. What only looks like such a line, and a value that no
// page's origin is equal to, are no sign of it.
func TestFromACache(t *testing.T) {
	hits := []string{"Age: 300", "X-Cache: HIT", "X-Cache: Hit from cloudfront", "CF-Cache-Status: HIT", "X-Cache: MISS, HIT", "X-Cache: TCP_MEM_HIT from a1", "X-Cache-Hits: 3", "X-Cache-Status: HIT", "Cache-Status: ExampleCache; hit; ttl=30", "X-Vercel-Cache: HIT",
		"X-Proxy-Cache: HIT", "CDN-Cache: HIT", "X-Varnish-Cache: hit", "x-nextjs-cache: HIT", "X-Cache-Hits: 1, 4", "X-Nginx-Cache: HIT"}
	none := []string{"Age: 0", "X-Cache: MISS", "CF-Cache-Status: DYNAMIC", "X-Cache-Hits: 0", "Cache-Control: max-age=600", "X-Page: 300", "Cache-Status: a; fwd=miss", "X-Cache: white", "Age: x", "X-Hit: HIT", "X-Architecture: cache"}
	answer := func(value, vary, line string) *explain.Answer {
		text := "HTTP/1.1 200 OK\n" + line + "\n" + vary
		if value != "" {
			text += "Access-Control-Allow-Origin: " + value + "\n"
		}
		return explained(t, text, explain.Context{Origin: app, URL: "https://api.example/a", Method: "GET", ResponseOf: "response"})
	}
	for _, line := range append(append([]string{}, hits...), none...) {
		hit := strings.Contains(strings.Join(hits, "\n"), line) && !strings.Contains(strings.Join(none, "\n"), line)
		for _, vary := range []string{"", "Vary: Accept-Encoding\n", "Vary: Origin\n"} {
			a := answer("https://www.other.example", vary, line)
			out := flat(page(t, a))
			if (a.Cause.ID == "cached-grant") != hit || (a.Confidence == explain.Likely) != hit || hit && (!strings.Contains(out, "It came from a cache ("+line+")") || alternative(a, "allow-origin-other") == nil) {
				t.Errorf("%q, %q: %s, %s\n%s", line, vary, a.Cause.ID, a.Confidence, out)
			}
			if hit && strings.Contains(vary, "Origin") != (strings.Contains(out, "though Vary names Origin") && a.Side == "proxy") {
				t.Errorf("%q, %q: %s\n%s", line, vary, a.Side, out)
			}
			if a := answer("", vary, line); (alternative(a, "vary-missing") != nil) != (hit && !strings.Contains(vary, "Origin")) {
				t.Errorf("%q, %q, missing: %+v", line, vary, a.Alternatives)
			}
			for _, value := range []string{"https://shop.example/", "shop.example", "https://shop.example, https://www.example", "true"} {
				if a := answer(value, vary, line); strings.Contains(a.Cause.ID, "cache") || a.Confidence != explain.Certain {
					t.Errorf("%q, %q: %s", line, value, a.Cause.ID)
				}
			}
		}
	}
}
