package wire

import "github.com/corsproof/corsproof/internal/ask"

// Use makes the sender connect by the way, and dress requests with the fields, that a
// person stated; nil changes nothing. It is called before the first request.
func (s *Sender) Use(o *ask.Options) {
	if o == nil {
		return
	}
	s.given = o
	s.Client.opt.Dial, s.Client.opt.Only = o.Dial, o.Protocol
}

// Dress adds to a request for a URL what a person gave. credentials says whether it
// is one with credentials.
func (s *Sender) Dress(url string, req *Request, credentials bool) {
	if s.given == nil {
		return
	}
	sent := s.given.Lines(url, req.Method, req.Lines, credentials)
	req.Lines, req.Given, req.Added = sent.Lines, sent.Given, sent.Added
	req.Prefix, req.Way = s.given.Prefix(url), s.given.Curl(url)
}

// Prefix is Request.Prefix for a URL.
func (s *Sender) Prefix(url string) string { return s.given.Prefix(url) }
