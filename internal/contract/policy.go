package contract

import (
	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/reference"
)

// Compile is reference.New for a policy of the table.
func Compile(p cases.Policy) (*reference.Middleware, error) {
	return reference.New(PolicyOf(p))
}

// PolicyOf is what a policy of the table says, in the reference's words. The
// zero policy, and any with ZeroConfig, shares nothing.
func PolicyOf(p cases.Policy) reference.Policy {
	return reference.Policy{
		Name:           p.Name,
		Origins:        p.Origins,
		OriginPatterns: p.OriginPatterns,
		OriginRegexes:  p.OriginRegexes,
		OriginFunc:     callback(p.OriginFunc),
		Credentials:    p.Credentials,
		Methods:        p.Methods,
		RequestHeaders: p.RequestHeaders,
		ExposeHeaders:  p.ExposeHeaders,
		MaxAge:         p.MaxAge,
		PrivateNetwork: p.PrivateNetwork,
		TimingOrigins:  p.TimingOrigins,
	}
}

// callback is the function that a policy describes; nil for none.
func callback(f *cases.OriginFunc) func(origin string) bool {
	if f == nil {
		return nil
	}
	allow, throw := f.Allow, f.Throw
	return func(origin string) bool {
		if origin == throw {
			panic("origin callback: asked about " + origin)
		}
		return origin == allow
	}
}
