package secret_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/secret"
)

func TestURL(t *testing.T) {
	contract, endpoint := &secret.Redactor{}, &secret.Redactor{Endpoint: true}
	contract.AddURL("http://h/x?page=2&bare&y=#f")
	for _, c := range []struct{ in, contract, endpoint string }{
		{"http://h/x", "http://h/x", "http://h/x"},
		{"http://h:1/x?_=abc", "http://h:1/x?_=abc", "http://h:1/x?_=abc"},
		{"https://u:p@h/x", "https://[redacted]@h/x", "https://[redacted]@h/x"},
		{"http://h/x?status=200&set=A:b", "http://h/x?status=200&set=A:b", "http://h/x?status=[redacted]&set=[redacted]"},
		{"http://h/x?ACCESS%5ftoken=t&sig=&X-Amz-Signature=s", "http://h/x?ACCESS%5ftoken=[redacted]&sig=&X-Amz-Signature=[redacted]", "http://h/x?ACCESS%5ftoken=[redacted]&sig=&X-Amz-Signature=[redacted]"},
		{"http://h/x?page=2&bare&page=3#", "http://h/x?page=[redacted]&[redacted]&page=3#", "http://h/x?page=[redacted]&[redacted]&page=[redacted]#"},
		{"/cb#access_token=t", "/cb#[redacted]", "/cb#[redacted]"},
		{"//u@h/x", "//[redacted]@h/x", "//[redacted]@h/x"},
		{"/a@b//c@d", "/a@b//c@d", "/a@b//c@d"},
		{"*", "*", "*"}, {"", "", ""},
	} {
		if got := contract.URL(c.in); got != c.contract {
			t.Errorf("contract: %q gives %q, want %q", c.in, got, c.contract)
		}
		if got := endpoint.URL(c.in); got != c.endpoint {
			t.Errorf("endpoint: %q gives %q, want %q", c.in, got, c.endpoint)
		}
		if got := (*secret.Redactor)(nil).URL(c.in); strings.Contains(c.in, "u:p@") && strings.Contains(got, "u:p") {
			t.Errorf("nil: %q gives %q", c.in, got)
		}
	}
}

func TestField(t *testing.T) {
	r := &secret.Redactor{Endpoint: true}
	for _, c := range []struct{ name, in, want string }{
		{"Authorization", "Bearer abc", "Bearer [redacted]"}, {"authorization", "abc", "[redacted]"},
		{"Cookie", "a=1; corsproof=1; b", "a=[redacted]; corsproof=1;[redacted]"}, {"Set-Cookie", "sid=abc; Path=/", "sid=[redacted]; Path=/"},
		{"X-CSRF-Token", "t", "[redacted]"}, {"X-Session-Id", "t", "[redacted]"}, {"Ocp-Apim-Subscription-Key", "t", "[redacted]"},
		{"Access-Control-Allow-Credentials", "true", "true"}, {"Access-Control-Allow-Headers", "X-Token, Authorization", "X-Token, Authorization"},
		{"Access-Control-Allow-Origin", "https://app.example.com", "https://app.example.com"}, {"Sec-WebSocket-Key", "abc", "abc"},
		{"Vary", "Origin, Authorization", "Vary"}, {"Cache-Control", "max-age=60", "max-age=60"}, {"Content-Type", "text/html; charset=utf-8", "text/html; charset=utf-8"},
		{"Location", "https://u@h/?a=1#f", "https://[redacted]@h/?a=[redacted]#[redacted]"}, {"Link", `</n?a=1>; rel="next"`, `</n?a=[redacted]>; rel="next"`},
		{"WWW-Authenticate", `Digest realm="r", nonce="n1", opaque=o`, `Digest realm="r", nonce="[redacted]", opaque=[redacted]`},
		{"WWW-Authenticate", `Basic realm="Api"`, `Basic realm="Api"`}, {"WWW-Authenticate", "Negotiate abcdef", "Negotiate [redacted]"},
		{"X-Next", "see https://h/x?token=t", "see https://h/x?token=[redacted]"}, {"X-Json", `{"api_key":"k1","n":1}`, `{"api_key":"[redacted]","n":1}`},
		{"ETag", `"abc=="`, `"abc=="`}, {"Server", "nginx/1.2", "nginx/1.2"}, {"Authorization", "", ""},
	} {
		if c.want == "Vary" {
			c.want = c.in
		}
		if got := r.Field(c.name, c.in, false); got != c.want {
			t.Errorf("%s: %q gives %q, want %q", c.name, c.in, got, c.want)
		}
	}
	if got := r.Field("X-Plain", "v", true); got != secret.Hidden {
		t.Errorf("a field that was given is shown: %q", got)
	}
}

// Words of settings and of messages stay as they are.
func TestTextStays(t *testing.T) {
	r := &secret.Redactor{Endpoint: true}
	r.Add("short", "S3CRETVALUE")
	for _, text := range []string{
		"allow_credentials=True", "credentials: include", "Access-Control-Allow-Credentials: true", `"access-control-allow-credentials": "true"`,
		"a short text", "max-age=600; why?", "Access to fetch at 'http://127.0.0.1:1/x?_=abc' from origin 'https://app.example.com' has been blocked",
		"the preflight of https://app.example.com for authorization", "--request-headers Authorization", "x ? y : z",
	} {
		if got := r.Text(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// Whatever surrounds a known value, and however it is written, it is not shown; and what is hidden once
// stays as it is.
func TestKnownValuesAreNowhere(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	alphabet := []rune("abcXYZ019-_.~+/= \"\\&?#%é:;")
	text := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteRune(alphabet[rnd.IntN(len(alphabet))])
		}
		return b.String()
	}
	for i := range 2000 {
		value := text(6 + rnd.IntN(20))
		r := &secret.Redactor{Endpoint: i%2 == 0}
		r.Add(value)
		quoted := fmt.Sprintf("%q", value)
		for _, form := range []string{value, url.QueryEscape(value), url.PathEscape(value), quoted} {
			if form == quoted && strings.ContainsAny(value, "é") {
				continue
			}
			in := text(rnd.IntN(8)) + form + text(rnd.IntN(8))
			for _, out := range []string{r.Text(in), r.URL(in), r.Field("X-Any", in, false), r.Content(in)} {
				if strings.Contains(out, strings.Trim(form, `"`)) {
					t.Fatalf("%q with %q in it gives %q", in, value, out)
				}
				if again := r.Text(out); strings.Count(again, secret.Hidden) < strings.Count(out, secret.Hidden) {
					t.Fatalf("%q becomes %q", out, again)
				}
			}
		}
	}
}
