package agent

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/internal/secret"
	"github.com/corsproof/corsproof/spec"
)

// Redacted is the exchange without secrets: the fields that a person gave, the credentials
// of Authorization and Proxy-Authorization (the scheme stays), the values of cookies (their
// names stay, and the cookie of ours), fields and query parameters that are named like a
// secret, user information and fragments of URLs.
func (e *Exchange) Redacted() Exchange { return e.RedactedBy(nil) }

// RedactedBy is Redacted, and hides what else is known to be a secret.
func (e *Exchange) RedactedBy(by *secret.Redactor) Exchange {
	r := *e
	r.URL, r.Target = by.URL(e.URL), by.URL(e.Target)
	r.Request, r.Response = redactHeader(by, e.Request, e.Given), redactHeader(by, e.Response, nil)
	r.Lines = redactLines(by, e.Lines, e.Given)
	r.Sent, r.Error, r.BodyError = by.Text(e.Sent), by.Text(e.Error), by.Text(e.BodyError)
	r.Body, r.ExcessStart = by.Content(e.Body), by.Content(e.ExcessStart)
	return r
}

func redactHeader(by *secret.Redactor, h spec.Header, given []string) spec.Header {
	h = slices.Clone(h)
	for i := range h {
		h[i].Value = by.Field(h[i].Name, h[i].Value, isGiven(given, h[i].Name))
	}
	return h
}

func isGiven(given []string, name string) bool {
	return slices.ContainsFunc(given, func(g string) bool { return strings.EqualFold(g, name) })
}

// redactLines hides in each line what redactHeader hides in its field. What a
// secret goes on with in a folded line is hidden whole.
func redactLines(by *secret.Redactor, lines, given []string) []string {
	if lines == nil {
		return nil
	}
	out := slices.Clone(lines)
	hides := false
	for i, line := range lines {
		if folded := strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t"); folded {
			if hides {
				out[i] = line[:1] + secret.Hidden
			}
			continue
		}
		first, rest, _ := strings.Cut(line, "\r\n")
		f := fieldOf(first)
		shown := by.Field(f.Name, f.Value, isGiven(given, f.Name))
		if hides = shown != f.Value; !hides {
			continue
		}
		out[i] = strings.Replace(first, f.Value, shown, 1)
		if rest != "" {
			out[i] += "\r\n " + secret.Hidden
		}
	}
	return out
}

// redactURL hides what is secret in any URL.
func redactURL(s string) string { return (*secret.Redactor)(nil).URL(s) }
