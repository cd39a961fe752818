package browser_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

var _ = Describe("a target that sets a cookie with each answer", func() {
	It("gets none of them with the requests of other jobs", func() {
		number := 0
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
			h.Set("Access-Control-Allow-Credentials", "true")
			h.Set("Access-Control-Allow-Methods", "PUT")
			h.Set("Content-Type", "text/css")
			h.Set("Set-Cookie", "session=1; Path=/; Secure; SameSite=None")
		}))
		DeferCleanup(s.Close)
		for range 2 {
			var jobs []agent.Job
			for _, q := range []cases.Request{
				{Credentials: "include"}, {Method: "PUT", Credentials: "include"}, {API: "xhr", Credentials: "include"}, {API: "stylesheet", Crossorigin: "use-credentials"},
				{API: "beacon"}, {Credentials: "include", Origin: "null"}, {Credentials: "include", WithCookie: true}, {},
			} {
				for range 3 {
					number++
					jobs = append(jobs, job(fmt.Sprintf("%s/?_=%d", s.URL, number), q))
				}
			}
			for i, r := range perform(jobs...) {
				Expect(r.Err).NotTo(HaveOccurred())
				o := r.Steps[0][0]
				Expect(o.Result).To(Equal(spec.Allowed))
				sent, _ := o.Exchanges[len(o.Exchanges)-1].Request.Get("Cookie")
				Expect(sent).To(Equal(map[bool]string{true: "corsproof=1"}[jobs[i].Steps[0].Request.WithCookie]), "%+v", jobs[i].Steps[0].Request)
			}
		}
	})
})
