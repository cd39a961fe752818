package corsmatch_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/harness/corsmatch"
)

func TestCorsmatch(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "corsmatch")
}

const app = "https://app.example"

func header(lines ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(lines); i += 2 {
		h.Add(lines[i], lines[i+1])
	}
	return h
}

var _ = Describe("the matchers", func() {
	It("decide as a browser does", func() {
		Expect(header("Access-Control-Allow-Origin", "*")).To(corsmatch.AllowOrigin(app))
		Expect(header("Access-Control-Allow-Origin", "*")).NotTo(corsmatch.AllowOriginWithCredentials(app))
		Expect(header("Access-Control-Allow-Origin", app, "Access-Control-Allow-Credentials", "true")).To(corsmatch.AllowOriginWithCredentials(app))
		Expect(header("Access-Control-Allow-Origin", app, "Access-Control-Allow-Origin", app)).NotTo(corsmatch.AllowOrigin(app))
		Expect(header("Access-Control-Expose-Headers", "*", "X-A", "1")).To(corsmatch.Expose("x-a"))
		Expect(header("X-A", "1")).NotTo(corsmatch.Expose("X-A"))
		Expect(header("Access-Control-Expose-Headers", "X-A")).NotTo(corsmatch.Expose("X-A"), "it is not there")
		Expect(header("Vary", "Accept", "Vary", "origin")).To(corsmatch.VaryBy("Origin"))
		Expect(header("Vary", "Accept")).NotTo(corsmatch.VaryBy("Origin"))
	})

	It("judge preflights by status, method and headers", func() {
		ask := corsmatch.Request{Origin: app, Method: "put", Headers: []string{"X-B", "X-A"}}
		w := httptest.NewRecorder()
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Allow-Methods", "PUT")
		w.Header().Set("Access-Control-Allow-Headers", "x-a, x-b")
		w.WriteHeader(http.StatusNoContent)
		Expect(w).To(corsmatch.AllowPreflight(ask))
		Expect(w.Result()).To(corsmatch.AllowPreflight(ask))
		more := ask
		more.Headers = []string{"X-C"}
		Expect(w).NotTo(corsmatch.AllowPreflight(more))
		Expect(&http.Response{StatusCode: 404, Header: w.Header()}).NotTo(corsmatch.AllowPreflight(ask))
	})

	It("say what was wrong, with the headers", func() {
		m := corsmatch.AllowOrigin(app)
		h := header("Access-Control-Allow-Origin", "https://other.example", "Vary", "Origin", "X-Noise", "1")
		ok, err := m.Match(h)
		Expect(ok).To(BeFalse())
		Expect(err).NotTo(HaveOccurred())
		Expect(m.FailureMessage(h)).To(And(ContainSubstring("AllowOriginMismatch"), ContainSubstring(`"https://other.example"`), Not(ContainSubstring("X-Noise"))))
		Expect(m.NegatedFailureMessage(h)).To(ContainSubstring("not to let scripts of " + app))
	})

	It("refuse what is not a response", func() {
		for _, v := range []any{nil, 1, (*http.Response)(nil), (*httptest.ResponseRecorder)(nil)} {
			_, err := corsmatch.AllowOrigin(app).Match(v)
			Expect(err).To(HaveOccurred())
		}
	})
})
