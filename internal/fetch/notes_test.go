package fetch_test

import (
	"net/http"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/fetch"
)

// A time that no browser can read is told, of whatever request a permission was asked for.
func TestUnreadableMaxAge(t *testing.T) {
	grants := []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: PUT"}
	for value, told := range map[string]bool{"10m": true, "600.5": true, "-1": true, "1h": true, "0x10": true, "\"600\"": true, "+600": true, "600": false, "0": false, "99999999999": false} {
		q := fetch.Question{URL: serve(t, says(204, append(grants, "Access-Control-Max-Age: "+value)...), says(200, grants...)) + "/x", Request: cases.Request{Method: "PUT"}, Repeat: 2}
		want := "!holds for 5 seconds"
		if told {
			want = "Access-Control-Max-Age: " + value + " is no whole number of seconds"
		}
		contains(t, pageOf(do(t, q)), want, "READABLE")
	}
	for name, c := range map[string]struct {
		lines []string
		want  string
	}{
		"twice":       {append(grants, "Access-Control-Max-Age: 600", "Access-Control-Max-Age: 600"), "is sent in several lines"},
		"not granted": {[]string{"Access-Control-Allow-Origin: *", "Access-Control-Max-Age: 10m"}, "!holds for 5 seconds"},
		"none":        {grants, "!holds for 5 seconds"},
	} {
		t.Run(name, func(t *testing.T) {
			q := fetch.Question{URL: serve(t, says(204, c.lines...), says(200, grants...)) + "/x", Request: cases.Request{Method: "PUT"}}
			contains(t, pageOf(do(t, q)), c.want)
		})
	}
}

// One page that is let in with credentials is no proof of others; several are told.
func TestLetInWithCredentials(t *testing.T) {
	own := []string{"Access-Control-Allow-Origin: " + page, "Access-Control-Allow-Credentials: true"}
	url := serve(t, nil, says(200, own...)) + "/x"
	with := cases.Request{Credentials: "include"}
	const one, all = "Whether every page is, this does not show", "Each of these pages is let in with credentials"
	for name, c := range map[string]struct {
		q    fetch.Question
		want []string
	}{
		"one":                 {fetch.Question{URL: url, Request: with}, []string{one, "!" + all}},
		"one, twice":          {fetch.Question{URL: url, Request: with, Repeat: 2}, []string{one, "!" + all}},
		"without credentials": {fetch.Question{URL: url}, []string{"!" + one, "!" + all}},
		"another is not":      {fetch.Question{URL: url, Request: with, Origins: []string{page, "https://other.example"}}, []string{"!" + one, "!" + all}},
		"several":             {fetch.Question{URL: serve(t, nil, reflects) + "/x", Request: with, Origins: []string{page, "https://other.example"}}, []string{"!" + one, all}},
		"its own":             {fetch.Question{URL: url, Request: with, Origins: []string{url[:len(url)-2]}}, []string{"READABLE", "!" + one}},
	} {
		t.Run(name, func(t *testing.T) { contains(t, pageOf(do(t, c.q)), c.want...) })
	}
}

// reflects lets in whoever asks.
func reflects(w http.ResponseWriter, r *http.Request) {
	says(200, "Access-Control-Allow-Origin: "+r.Header.Get("Origin"), "Access-Control-Allow-Credentials: true", "Vary: Origin")(w, r)
}
