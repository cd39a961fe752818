package explain

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// A server that writes its headers by hand may misspell one. Browsers take no notice of it then, and what is
// missing to them is there to whoever reads the answer.

// realHeaders are headers that look like one of CORS answers and are what they are.
var realHeaders = []string{
	allowOrigin, allowCredentials, allowMethods, allowHeaders, exposeHeaders, "access-control-max-age", "access-control-allow-private-network",
	"timing-allow-origin", "origin-agent-cluster", "service-worker-allowed",
}

// othersNames are names that people write for a header of CORS, and that look less alike.
var othersNames = map[string]string{
	"accesscontrolorigin": allowOrigin, "alloworigin": allowOrigin, "allowedorigin": allowOrigin, "allowedorigins": allowOrigin, "accesscontrolallowdomain": allowOrigin, "accesscontrolallowdomains": allowOrigin,
	"accessalloworigin": allowOrigin, "allowcontrolalloworigin": allowOrigin, "allowaccesscontrolorigin": allowOrigin, "accesscontrolallow": allowOrigin, "controlalloworigin": allowOrigin, "accessallowcontrolorigin": allowOrigin,
	"crossoriginallowed": allowOrigin, "corsalloworigin": allowOrigin, "accesscontrolrequestorigin": allowOrigin, "accesscontrolalloworiginheader": allowOrigin,
	"accesscontrolrequestmethod": allowMethods, "accesscontrolrequestmethods": allowMethods, "accesscontrolmethods": allowMethods, "allowmethods": allowMethods,
	"accesscontrolrequestheaders": allowHeaders, "accesscontrolrequestheader": allowHeaders, "accesscontrolheaders": allowHeaders, "allowheaders": allowHeaders,
	"accesscontrolcredentials": allowCredentials, "allowcredentials": allowCredentials, "accesscontrolallowcredential": allowCredentials,
	"accesscontrolallowexposeheaders": exposeHeaders, "accesscontrolallowexposedheaders": exposeHeaders, "exposeheaders": exposeHeaders, "exposedheaders": exposeHeaders,
}

// mostTypos is how many letters a name may differ by.
const mostTypos = 3

// longestName is how long a name is that is looked at, in bytes.
const longestName = 64

// misspelling is the header of the answer that was to be the one that decides and is missing; nil: there
// is none.
func (s *sighting) misspelling() *spec.Field {
	name := strings.ToLower(headerOf(s.reason))
	if name == "location" || name == "" || s.fields.Has(name) {
		return nil
	}
	for i := range s.fields {
		if f := &s.fields[i]; means(f.Name, name) {
			return f
		}
	}
	return nil
}

// means tells whether a name is another misspelt.
func means(name, other string) bool {
	if name = strings.ToLower(name); len(name) > longestName || slices.Contains(realHeaders, name) {
		return false
	}
	letters := strings.NewReplacer("-", "", "_", "", ".", "")
	bare, want := strings.TrimPrefix(letters.Replace(name), "x"), letters.Replace(other)
	return othersNames[bare] == other ||
		cases.EditDistance(bare, want) <= mostTypos && !slices.ContainsFunc(realHeaders, func(r string) bool {
			return r != other && cases.EditDistance(bare, letters.Replace(r)) < cases.EditDistance(bare, want)
		})
}

// rightly is an answer with the misspelt header under its right name.
func (s *sighting) rightly(wrong *spec.Field) spec.Header {
	h := slices.Clone(s.fields)
	for i := range h {
		if h[i].Name == wrong.Name {
			h[i].Name = headerOf(s.reason)
		}
	}
	return h
}

// misspeltLines are the line as it is and as it has to be: with its value, if that would do.
func (s *sighting) misspeltLines(wrong *spec.Field, mended []string) (received, wanted []string) {
	name := headerOf(s.reason)
	line := func(name string) string { return name + ": " + agent.Show(safeValue(name, wrong.Value)) }
	right := *s
	right.fields = s.rightly(wrong)
	does := false
	switch strings.ToLower(name) {
	case allowOrigin:
		does = right.letsIn()
	case allowCredentials:
		does = wrong.Value == "true"
	case allowMethods:
		does = right.allowsMethod(s.param)
	case allowHeaders:
		does = right.allowsHeaders([]string{s.param})
	case exposeHeaders:
		does = slices.Contains(spec.ExposedNames(s.mode, right.fields), strings.ToLower(s.param))
	}
	received = []string{line(wrong.Name)}
	for _, l := range mended {
		if strings.HasPrefix(l, name+": ") {
			if does {
				l = line(name)
			}
			wanted = append(wanted, l)
		}
	}
	return received, wanted
}

// rewordMisspelt is for an answer with a misspelt header.
func (s *sighting) rewordMisspelt(a *Answer, wrong *spec.Field) {
	name, written := headerOf(s.reason), http.CanonicalHeaderKey(wrong.Name)
	if strings.ContainsAny(wrong.Name, "_. ") {
		written = wrong.Name
	}
	a.Cause = Cause{
		Title: fmt.Sprintf("%s is misspelt: the answer has %s", name, written),
		Why:   "Browsers look for " + name + ", in capitals or small letters, and take no notice of a header of any other name.",
	}
	if spec.IsForbiddenRequestHeader(wrong.Name, "") {
		a.Cause.Title = fmt.Sprintf("The answer has %s, which is for the browser to send, in place of %s", written, name)
	}
	a.Fix.Do = fmt.Sprintf("Write %s where the server, or a proxy before it, sets %s.", name, written)
	a.Side = cases.SideServer
	if o := s.value; o == nil && len(a.Wanted) > 0 && len(a.Received) > 0 && strings.EqualFold(name, allowOrigin) && !strings.HasSuffix(a.Received[0], strings.TrimPrefix(a.Wanted[0], name)) {
		a.Fix.Do += " Its value is to be the page's origin then, as above."
	}
}
