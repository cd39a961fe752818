package explain

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// undecided is what holds of several causes where a browser's sentence has the reason and leaves
// open which of them it is. The answer would tell.
type undecided struct {
	title, do, why string
	// of are the causes.
	of []Alternative
}

// undecided says what a sentence leaves open of its cause; nil: nothing.
func (s *sighting) undecided() *undecided {
	switch onRequest(s.reason) {
	case "InvalidStatus":
		if s.firefoxPreflight() {
			return s.undecidedPreflight()
		}
		if s.status == 0 {
			return &undecided{
				"The preflight (OPTIONS) is not answered with a status from 200 to 299",
				"Answer preflights (OPTIONS with Origin and Access-Control-Request-Method) in the CORS layer, with 204 and the CORS headers, before authentication and before the router.", "",
				s.causesAre("", "preflight-unauthorized", "preflight-not-routed", "preflight-server-error"),
			}
		}
	case ReasonHeaderNotExposed:
		if s.fields == nil && !spec.IsForbiddenResponseHeaderName(s.param) {
			return &undecided{
				"The answer does not expose the header to scripts", "Name it in Access-Control-Expose-Headers with the answer itself, beside what else is there.", "",
				append(append(s.causesAre("if the command shows no Access-Control-Expose-Headers: ", "expose-missing"), s.causesAre("if it shows a list: ", "expose-name-missing")...), s.causesAre("if it shows *: ", "expose-star-credentials")...),
			}
		}
	case spec.ReasonMultipleAllowOriginValues:
		if s.linesUnknown() {
			return s.undecidedOrigins()
		}
	case spec.ReasonInvalidAllowCredentials:
		switch {
		case s.fields == nil && s.value == nil:
			missing := s.credentialsCause()
			return &undecided{
				"Access-Control-Allow-Credentials is not true: it is missing, spelt otherwise, or sent twice",
				"Send exactly one line, Access-Control-Allow-Credentials: true, in these small letters, with preflights and with the answers themselves, and name the origin in Access-Control-Allow-Origin. If no cookies are needed, take credentials include (withCredentials) out of the script.", "",
				append(append(s.causesAre("if the command shows no such line: ", missing), s.causesAre("if it shows another value: ", "credentials-misspelt")...), s.causesAre("if it shows two lines: ", "credentials-twice")...),
			}
		case s.linesUnknown():
			return &undecided{
				fmt.Sprintf("Access-Control-Allow-Credentials is %q, and only true alone counts", *s.value),
				"Send exactly one line, Access-Control-Allow-Credentials: true. " + findOther,
				"A browser joins lines of one name to one value, with a comma between them, and any value but true means no.",
				append(s.causesAre("if the command shows two lines: ", "credentials-twice"), Alternative{s.reason, "credentials-misspelt", "if it shows one line with the comma in it: whoever writes it puts several values into one"}),
			}
		}
	}
	return nil
}

// linesUnknown tells whether several values can be several lines or one: browsers join lines, with a
// comma and a blank, before they look at them. Firefox alone counts the lines of
// Access-Control-Allow-Origin, and says so only of several.
func (s *sighting) linesUnknown() bool {
	return s.fields == nil && s.browser != "firefox" && (s.value == nil || strings.Contains(*s.value, ", "))
}

// findOther says how to find who writes a value that is one too many.
const findOther = "To find who writes the other, ask the application's own port, past the proxy: one value there, and the proxy adds the other; two, and both are in the application, in a handler and its framework, say."

// undecidedOrigins is for several origins of which nobody knows in how many lines they stand.
func (s *sighting) undecidedOrigins() *undecided {
	id := s.several()
	if s.value == nil {
		id = "allow-origin-list"
	}
	do := "Send Access-Control-Allow-Origin once, with the one origin that asked" + s.orStar() + ". "
	if id == "allow-origin-list" {
		do += "Where several are allowed, look the Origin of the request up in their list, and add Vary: Origin. "
	}
	u := &undecided{
		title: "Access-Control-Allow-Origin has several values, in several lines or in one, and may have one only",
		do:    do + findOther,
		why:   "A browser joins lines of one name to one value, with a comma between them, and no origin is equal to that.",
		of:    s.causesAre("if the command shows several lines: ", "allow-origin-twice"),
	}
	u.of = append(u.of, s.causesAre("if it shows one line with the comma in it: ", id)...)
	return u
}

// orStar says where * would do as well as an origin: it is among the values, and the request is not
// known to have credentials.
func (s *sighting) orStar() string {
	if s.value == nil || s.mode == spec.CredentialsInclude || !strings.Contains(*s.value, "*") {
		return ""
	}
	return ", or with * alone if every site may read it and the request has no credentials"
}

// causesAre are causes that a reason can have, and by what each is recognised.
func (s *sighting) causesAre(when string, ids ...string) []Alternative {
	var list []Alternative
	for _, id := range ids {
		text := title(id)
		if when != "" {
			text = when + lower(text)
		}
		list = append(list, Alternative{s.reason, id, text})
	}
	return list
}
