package spec_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/spec"
)

var _ = Describe("a clone of a preflight cache", func() {
	// preflighted says whether a PUT with the cache is preflighted, and answers it.
	preflighted := func(c *spec.PreflightCache, url string) bool {
		f := spec.Begin(spec.Request{API: spec.APIFetch, Origin: "https://app.example", URL: url, Method: "PUT"}, spec.Options{Cache: c})
		asked := false
		for a := f.Next(); a.Kind != spec.ActionDone; a = f.Next() {
			h := spec.Header{{Name: "Access-Control-Allow-Origin", Value: "*"}}
			if a.Kind == spec.ActionPreflight {
				asked = true
				h = append(h, spec.Field{Name: "Access-Control-Allow-Methods", Value: "PUT"}, spec.Field{Name: "Access-Control-Max-Age", Value: "600"})
			}
			f.Deliver(spec.Response{Status: 200, Header: h})
		}
		return asked
	}

	It("has the same contents, and changes separately", func() {
		for _, engine := range []spec.Engine{spec.EngineFetch, spec.EngineChromium} {
			c := spec.NewPreflightCache(engine)
			Expect(preflighted(c, "https://api.example/a")).To(BeTrue())
			clone := c.Clone()
			Expect(preflighted(clone, "https://api.example/a")).To(BeFalse(), "it knows")
			Expect(preflighted(clone, "https://api.example/b")).To(BeTrue())
			Expect(preflighted(c, "https://api.example/b")).To(BeTrue(), "the other does not")
		}
	})
})
