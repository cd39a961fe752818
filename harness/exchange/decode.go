package exchange

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/corsproof/corsproof/spec"
)

// ParseLine decodes one input line, strictly. The error of a line that is not
// an exchange says where in the line it is; the ID is set where it could be
// read. Strings of the result share memory with line.
func ParseLine(line string) (Line, error) {
	var d decoder
	var l Line
	err := d.decode(line, &l)
	return l, err
}

// decoder decodes line after line into storage that it uses again.
type decoder struct {
	p     scanner
	gotID bool

	headers   spec.Header     // all field lines of the line under way
	responses []spec.Response // all its responses
	body      spec.Body
	at        time.Duration
}

var (
	lineKeys     = []string{"id", "session", "at", "request", "hops"}
	requestKeys  = []string{"api", "origin", "url", "method", "headers", "mode", "credentials", "redirect", "body", "upload_listener", "context"}
	bodyKeys     = []string{"content_type", "stream"}
	contextKeys  = []string{"secure", "address_space", "permissions", "destination", "image_set", "csp", "csp_report_only", "coep", "hsts", "integrity", "integrity_policy", "service_worker", "target_address_space"}
	hopKeys      = []string{"preflight", "response", "address_space"}
	responseKeys = []string{"status", "headers"}

	apis             = []string{string(spec.APIFetch), string(spec.APIXHR), string(spec.APIElement)}
	modes            = []string{string(spec.ModeCORS), string(spec.ModeNoCORS), string(spec.ModeSameOrigin)}
	credentialsModes = []string{string(spec.CredentialsOmit), string(spec.CredentialsSameOrigin), string(spec.CredentialsInclude)}
	permissions      = []string{permissionLocal}
	destinations     = []string{"", "audio", "audioworklet", "embed", "font", "image", "json", "manifest", "object", "paintworklet", "script", "serviceworker", "sharedworker", "style", "track", "video", "worker", "xslt"}
	embedderPolicies = words(spec.EmbedderPolicies())
	workerAnswers    = words(spec.WorkerAnswers())
	addressSpaces    = words(spec.AddressSpaces())
	targetSpaces     = addressSpaces[1:]
	redirectModes    = []string{string(spec.RedirectFollow), string(spec.RedirectError), string(spec.RedirectManual)}
)

// decode decodes s into l, whose Hops it uses again.
func (d *decoder) decode(s string, l *Line) error {
	d.forget(l)
	d.p, d.gotID = scanner{s: s}, false
	if !utf8.ValidString(s) {
		return fail("not JSON: it is not UTF-8")
	}
	gotRequest, gotHops := false, false
	err := d.p.object(lineKeys, func(key int) (err error) {
		switch key {
		case 0:
			l.ID, err = d.p.text()
			d.gotID = err == nil
		case 1:
			if d.p.null() {
				return nil
			}
			if l.Session, err = d.p.text(); err == nil && l.Session == "" {
				return fail("empty; leave it out for a line without a session")
			}
		case 2:
			if d.p.null() {
				return nil
			}
			if d.at, err = d.seconds(); err == nil {
				l.At = &d.at
			}
		case 3:
			gotRequest = true
			err = d.request(&l.Request)
		case 4:
			gotHops = true
			err = d.hops(&l.Hops)
		}
		return err
	})
	if err != nil {
		return err
	}
	if d.p.peek() != 0 || d.p.pos < len(s) {
		return fail("not JSON: more after the object, at byte %d", d.p.pos+1)
	}
	switch {
	case !d.gotID:
		return at("id", fail("missing"))
	case !gotRequest:
		return at("request", fail("missing"))
	case !gotHops:
		return at("hops", fail("missing"))
	}
	return nil
}

// forget empties the storage that is used again, so that no string of the line
// before is kept alive by what is beyond the length of a list.
func (d *decoder) forget(l *Line) {
	clear(l.Hops)
	clear(d.headers)
	clear(d.responses)
	*l = Line{Hops: l.Hops[:0]}
	d.headers, d.responses, d.body = d.headers[:0], d.responses[:0], spec.Body{}
}

func (d *decoder) seconds() (time.Duration, error) {
	text, err := d.p.number()
	if err != nil {
		return 0, err
	}
	seconds, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || seconds*1e9 >= math.MaxInt64:
		return 0, fail("%s seconds is too long", text)
	case seconds < 0:
		return 0, fail("%s is negative", text)
	}
	return time.Duration(math.Round(seconds * 1e9)), nil
}

func (d *decoder) request(r *spec.Request) error {
	gotOrigin, gotURL := false, false
	err := d.p.object(requestKeys, func(key int) (err error) {
		switch key {
		case 0:
			var v string
			v, err = d.oneOf(apis)
			r.API = spec.API(v)
		case 1:
			gotOrigin = true
			r.Origin, err = d.p.text()
		case 2:
			gotURL = true
			r.URL, err = d.p.text()
		case 3:
			if r.Method, err = d.p.text(); err == nil && r.Method == "" {
				// spec.Request takes an empty method for GET; a script that
				// passes one gets a TypeError, as for this.
				r.Method = " "
			}
		case 4:
			r.Header, err = d.fields(nil)
		case 5:
			var v string
			v, err = d.oneOf(modes)
			r.Mode = spec.Mode(v)
		case 6:
			var v string
			v, err = d.oneOf(credentialsModes)
			r.Credentials = spec.CredentialsMode(v)
		case 7:
			var v string
			v, err = d.oneOf(redirectModes)
			r.Redirect = spec.RedirectMode(v)
		case 8:
			if d.p.null() {
				return nil
			}
			d.body = spec.Body{}
			r.Body = &d.body
			err = d.p.object(bodyKeys, func(key int) (err error) {
				if key == 1 {
					d.body.Stream, err = d.p.boolean()
				} else if !d.p.null() {
					d.body.ContentType, err = d.p.bytes()
				}
				return err
			})
		case 9:
			r.UploadListener, err = d.p.boolean()
		case 10:
			if !d.p.null() {
				r.Context = &spec.PageContext{}
				err = d.context(r.Context)
			}
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case !gotOrigin:
		return at("origin", fail("missing"))
	case !gotURL:
		return at("url", fail("missing"))
	}
	if r.Method == "" {
		r.Method = "GET"
	}
	return nil
}

func (d *decoder) oneOf(known []string) (string, error) {
	v, err := d.p.text()
	if err != nil {
		return "", err
	}
	if !slices.Contains(known, v) {
		return "", fail("%q is not one of %s", v, strings.Join(known, ", "))
	}
	return v, nil
}

// fields decodes an array of [name, value] pairs. check may refuse one.
func (d *decoder) fields(check func(spec.Field) error) (spec.Header, error) {
	start := len(d.headers)
	err := d.p.array(func(int) error {
		var f spec.Field
		n := 0
		err := d.p.array(func(i int) (err error) {
			n++
			switch i {
			case 0:
				f.Name, err = d.p.bytes()
			case 1:
				f.Value, err = d.p.bytes()
			default:
				err = fail("a header is a pair of name and value")
			}
			return err
		})
		if err != nil {
			return err
		}
		if n != 2 {
			return fail("a header is a pair of name and value")
		}
		if check != nil {
			if err := check(f); err != nil {
				return err
			}
		}
		d.headers = append(d.headers, f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return spec.Header(d.headers[start:len(d.headers):len(d.headers)]), nil
}

// checkResponseField: no server can send another name or value.
func checkResponseField(f spec.Field) error {
	if !spec.IsToken(f.Name) {
		return fail("%q is not a header name", f.Name)
	}
	for i := 0; i < len(f.Value); i++ {
		if b := f.Value[i]; b == '\r' || b == '\n' {
			return fail("the value of %q has a CR or LF", f.Name)
		}
	}
	return nil
}

// context decodes what is known of the page.
func (d *decoder) context(c *spec.PageContext) error {
	return d.p.object(contextKeys, func(key int) (err error) {
		switch {
		case d.p.null():
		case key == 0:
			var secure bool
			secure, err = d.p.boolean()
			c.Secure = &secure
		case key == 1:
			c.AddressSpace, err = oneOf[spec.AddressSpace](d, addressSpaces)
		case key == 2:
			err = d.p.array(func(int) error {
				_, err := d.oneOf(permissions)
				c.LocalNetwork = err == nil
				return err
			})
		case key == 3:
			c.Destination, err = d.oneOf(destinations)
		case key == 4:
			c.ImageSet, err = d.p.boolean()
		default:
			err = d.policy(contextKeys[key], c)
		}
		return err
	})
}

// policy decodes a member of a context that is about what a page, or the browser, forbids.
func (d *decoder) policy(key string, c *spec.PageContext) (err error) {
	switch key {
	case "csp":
		c.CSP, err = d.texts()
	case "csp_report_only":
		c.CSPReportOnly, err = d.texts()
	case "coep":
		c.Embedder, err = oneOf[spec.EmbedderPolicy](d, embedderPolicies)
	case "hsts":
		c.HSTS, err = d.texts()
	case "integrity":
		c.Integrity, err = d.p.text()
	case "integrity_policy":
		c.IntegrityPolicy, err = d.texts()
	case "service_worker":
		c.Worker, err = oneOf[spec.WorkerAnswer](d, workerAnswers)
	case "target_address_space":
		c.TargetAddressSpace, err = oneOf[spec.AddressSpace](d, targetSpaces)
	}
	return err
}

// texts decodes an array of strings; never nil, for an empty one says that there are none.
func (d *decoder) texts() ([]string, error) {
	list := []string{}
	err := d.p.array(func(int) error {
		s, err := d.p.text()
		list = append(list, s)
		return err
	})
	return list, err
}

// words are the strings of a type.
func words[T ~string](list []T) []string {
	var out []string
	for _, s := range list {
		out = append(out, string(s))
	}
	return out
}

// oneOf decodes one of the known words of a type.
func oneOf[T ~string](d *decoder, known []string) (T, error) {
	v, err := d.oneOf(known)
	return T(v), err
}

func (d *decoder) hops(hops *[]Hop) error {
	return d.p.array(func(int) error {
		var h Hop
		err := d.p.object(hopKeys, func(key int) (err error) {
			switch {
			case key == 0:
				h.Preflight, err = d.response()
			case key == 1:
				h.Response, err = d.response()
			case !d.p.null():
				h.AddressSpace, err = oneOf[spec.AddressSpace](d, addressSpaces)
			}
			return err
		})
		*hops = append(*hops, h)
		return err
	})
}

func (d *decoder) response() (*spec.Response, error) {
	if d.p.null() {
		return nil, nil
	}
	var r spec.Response
	err := d.p.object(responseKeys, func(key int) (err error) {
		if key == 0 {
			r.Status, err = d.status()
		} else {
			r.Header, err = d.fields(checkResponseField)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if r.Status == 0 {
		return nil, at("status", fail("missing"))
	}
	// Growing the slice moves later responses only: those already pointed at
	// stay where they are.
	d.responses = append(d.responses, r)
	return &d.responses[len(d.responses)-1], nil
}

func (d *decoder) status() (int, error) {
	text, err := d.p.number()
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 100 || n > 999 {
		return 0, fail("%s is not a status, 100 to 999", text)
	}
	return n, nil
}
