package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// write writes a situation in each of its forms.
func write(w *writer, s *situation, o, u string, round int) {
	value := ""
	for _, a := range []*answer{s.pre, s.act} {
		if a != nil && value == "" {
			for _, l := range a.lines {
				if v, ok := strings.CutPrefix(l, acao+": "); ok {
					value = v
				}
			}
		}
	}
	status := s.status
	if s.pre != nil && s.twice {
		status = s.pre.status
	}
	fill := strings.NewReplacer("{U}", u, "{O}", o, "{V}", value, "{S}", strconv.Itoa(status))
	reasons := append([]string{s.reason}, s.also...)
	either := append(reasons, "Preflight"+s.reason, strings.TrimPrefix(s.reason, "Preflight"))
	for _, r := range s.also {
		either = append(either, "Preflight"+r)
	}
	safari := append(either, "AllowOriginMismatch", "InvalidAllowOriginValue", "PreflightAllowOriginMismatch", "MissingAllowOriginHeader")
	way := func(i int) func(string) string { return ways[(round*3+i)%len(ways)] }
	if s.chrome != "" {
		asker := []string{"fetch", "XMLHttpRequest"}[round%2]
		msg := fmt.Sprintf("Access to %s at '%s' from origin '%s' has been blocked by CORS policy: %s", asker, u, o, fill.Replace(s.chrome))
		net := fmt.Sprintf("%s %s net::ERR_FAILED", s.method, u)
		if s.status != 0 {
			net += fmt.Sprintf(" %d (%s)", s.status, http.StatusText(s.status))
		}
		w.add(text{ID: s.id, Kind: "console", Text: way(0)(msg + "\n" + net), Reasons: reasons, Header: s.header})
	}
	for i, f := range s.firefox {
		if i%3 != round%3 && i > 0 {
			continue
		}
		msg := fill.Replace(f)
		if s.twice {
			msg += "\n" + fmt.Sprintf("Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at %s. (Reason: CORS request did not succeed). Status code: (null).", u)
		}
		w.add(text{ID: s.id, Kind: "console", Text: way(i + 1)(msg), Reasons: either, Header: s.header})
	}
	if s.safari != "" {
		msg := "[Error] " + fill.Replace(s.safari) + "\n[Error] Fetch API cannot load " + u + " due to access control checks."
		w.add(text{ID: s.id, Kind: "console", Text: msg, Reasons: safari, Header: s.header})
	}
	headers(w, s, o, u)
	w.add(text{ID: s.id, Kind: "curl-v", Text: transcript(s, o, u), Reasons: reasonsOnWire(s), Header: s.header})
	w.add(text{ID: s.id, Kind: "har", Text: archive(s, o, u, []string{"WebInspector", "Firefox", "WebInspector"}[round]), Reasons: reasonsOnWire(s), Header: s.header})
}

// reasonsOnWire: curl and some HARs do not say whether credentials count.
func reasonsOnWire(s *situation) []string {
	list := append([]string{s.reason}, s.also...)
	if s.credentials {
		list = append(list, "Allowed", "Undetermined")
	}
	if s.pre != nil && s.act == nil && s.reason == "Allowed" {
		list = append(list, "Undetermined")
	}
	return list
}

func (a *answer) head(version string) []string {
	return append([]string{fmt.Sprintf("HTTP/%s %d %s", version, a.status, http.StatusText(a.status)), "Date: Fri, 27 Nov 2026 01:02:03 GMT"}, a.lines...)
}

// headers writes pasted lines of the answer that fails.
func headers(w *writer, s *situation, o, u string) {
	a, of := s.act, "response"
	if s.pre != nil {
		a, of = s.pre, "preflight"
	}
	c := map[string]string{"origin": o, "url": u, "method": s.method, "response_of": of, "credentials": "same-origin"}
	if s.credentials {
		c["credentials"] = "include"
	}
	if len(s.names) > 0 {
		c["header"] = strings.Join(s.names, ",")
	}
	reasons := append([]string{s.reason}, s.also...)
	if s.pre != nil && s.reason == "Allowed" {
		reasons = []string{"Undetermined"}
	}
	w.add(text{ID: s.id, Kind: "headers", Text: strings.ToLower(strings.Join(a.head("1.1")[:1], "")) + "\n" + strings.Join(a.head("2")[1:], "\n"), Context: c, Reasons: reasons, Header: s.header})
}

// transcript is what curl -v prints.
func transcript(s *situation, o, u string) string {
	p, err := url.Parse(u)
	if err != nil {
		panic(err)
	}
	var b strings.Builder
	one := func(method string, lines []string, a *answer) {
		fmt.Fprintf(&b, "*   Trying 192.0.2.7:443...\n* Connected to %s (192.0.2.7) port 443\n* ALPN: server accepted h2\n* using HTTP/2\n", p.Hostname())
		fmt.Fprintf(&b, "> %s %s HTTP/2\n> Host: %s\n> User-Agent: curl/8.11.0\n> Accept: */*\n> Origin: %s\n", method, p.RequestURI(), p.Host, o)
		for _, l := range lines {
			fmt.Fprintf(&b, "> %s\n", l)
		}
		b.WriteString("> \n* Request completely sent off\n")
		for _, l := range a.head("2") {
			fmt.Fprintf(&b, "< %s\n", strings.ToLower(l[:1])+l[1:])
		}
		b.WriteString("< \n* Connection #0 to host left intact\n")
	}
	if s.pre != nil {
		lines := []string{"Access-Control-Request-Method: " + s.method}
		if len(s.names) > 0 {
			lines = append(lines, "Access-Control-Request-Headers: "+strings.Join(s.names, ","))
		}
		one("OPTIONS", lines, s.pre)
	}
	if s.act != nil {
		var lines []string
		for _, n := range s.names {
			lines = append(lines, n+": application/json")
		}
		if s.credentials {
			lines = append(lines, "Cookie: sid=1")
		}
		one(s.method, lines, s.act)
	}
	return strings.ReplaceAll(b.String(), "< hTTP", "< HTTP")
}

type object = map[string]any

func fields(lines []string) []object {
	list := []object{}
	for _, l := range lines {
		name, value, _ := strings.Cut(l, ": ")
		list = append(list, object{"name": name, "value": value})
	}
	return list
}

// archive is a HAR.
func archive(s *situation, o, u, creator string) string {
	sent := []string{"Accept: */*", "Origin: " + o, "Referer: " + o + "/", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"}
	if s.credentials {
		sent = append(sent, "Cookie: sid=1")
	}
	for _, n := range s.names {
		sent = append(sent, n+": application/json")
	}
	entry := func(kind, method string, request []string, a *answer, failure string) object {
		r := object{"status": 0, "statusText": "", "headers": []object{}, "redirectURL": "", "content": object{"size": 0, "mimeType": "x-unknown"}}
		if a != nil {
			r["status"], r["headers"] = a.status, fields(a.lines)
		}
		e := object{"startedDateTime": "2026-11-27T01:02:03.000Z", "request": object{"method": method, "url": u, "headers": fields(request), "cookies": []object{}}, "response": r}
		if creator == "WebInspector" {
			e["_resourceType"] = kind
			if failure != "" {
				r["_error"] = failure
			}
		}
		return e
	}
	blocked := s.reason != "Allowed" && s.reason != "HttpError"
	entries := []object{{"_resourceType": "document", "request": object{"method": "GET", "url": o + "/", "headers": fields([]string{"Sec-Fetch-Mode: navigate"})}, "response": object{"status": 200, "headers": []object{}}}}
	act, failure := s.act, ""
	if blocked {
		failure = "net::ERR_FAILED"
		if s.pre != nil {
			act = nil // it was not sent
		}
	}
	if s.pre != nil {
		request := []string{"Accept: */*", "Origin: " + o, "Access-Control-Request-Method: " + s.method}
		if len(s.names) > 0 {
			request = append(request, "Access-Control-Request-Headers: "+strings.Join(s.names, ","))
		}
		entries = append(entries, entry("preflight", "OPTIONS", request, s.pre, ""))
	}
	entries = append(entries, entry("fetch", s.method, sent, act, failure))
	data, err := json.Marshal(object{"log": object{"version": "1.2", "creator": object{"name": creator, "version": "1"}, "entries": entries}})
	if err != nil {
		panic(err)
	}
	return string(data)
}
