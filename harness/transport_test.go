package harness_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/model"
	"github.com/corsproof/corsproof/internal/tcptest"
	"github.com/corsproof/corsproof/spec"
)

// rawTalk is a server that gets one request head at a time and writes what it
// likes; false ends the connection.
func rawTalk(talk func(head string, r *bufio.Reader, w net.Conn) bool) (url string) {
	return "http://" + tcptest.Serve(GinkgoT(), func(conn net.Conn) {
		r := bufio.NewReader(conn)
		for {
			var head strings.Builder
			for !strings.HasSuffix(head.String(), "\r\n\r\n") {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				head.WriteString(line)
			}
			if !talk(head.String(), r, conn) {
				return
			}
		}
	}) + "/x"
}

const granted = "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: " + app + "\r\nVary: Origin\r\n"

// originally is a raw step with the origin that is allowed.
func originally(method, connection string, answer ...cases.Predicate) cases.Step {
	return cases.Step{
		Name: connection, Answer: answer,
		Wire: &cases.Wire{Method: method, Headers: []string{"Origin: " + app}, Connection: connection},
	}
}

// atOnce runs what waits more than it works at the same time.
func atOnce(all ...func()) {
	var wg sync.WaitGroup
	for _, f := range all {
		wg.Go(func() {
			defer GinkgoRecover()
			f()
		})
	}
	wg.Wait()
}

var _ = Describe("an answer without an end", func() {
	for name, start := range map[string]string{
		"an event stream":  "Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ndata: \r\n",
		"a long poll":      "Transfer-Encoding: chunked\r\n\r\n",
		"too little of it": "Content-Length: 100\r\n\r\nok",
	} {
		It("is judged at its head: "+name, func(ctx SpecContext) {
			url := rawTalk(func(_ string, _ *bufio.Reader, w net.Conn) bool {
				_, _ = io.WriteString(w, granted+start)
				return true
			})
			begin := time.Now()
			atOnce(func() {
				Expect(onWire(ctx, url, originally("GET", "", shares(app))).Verdict).To(Equal(agent.VerdictPass))
			}, func() {
				res := onWire(ctx, url, originally("GET", "", cases.Predicate{Denies: ptr(app)}))
				Expect(res.Verdict).To(Equal(agent.VerdictFail))
				Expect(res.Agents[0].Exchanges[0].Unfinished).To(BeTrue())
				Expect(res.Agents[0].Exchanges[0].Error).To(BeEmpty())
			}, func() {
				s := serveSeen(false, open)
				o := perform(ctx, s, agent.Step{URL: url, Request: cases.Request{}}).Steps[0][0]
				Expect(o.Result).To(Equal(spec.Allowed), "%v", o.Error)
			})
			Expect(time.Since(begin)).To(BeNumerically("<", 15*time.Second), "no check waits for its time limit")
		})
	}

	DescribeTable("is not waited for where nothing looks at its content", func(ctx SpecContext, endless string, step agent.Step) {
		gaveUp := make(chan struct{})
		s := serveSeen(false, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", app)
			w.Header().Set("Access-Control-Allow-Methods", "PUT")
			w.Header().Set("ETag", `"1"`) // a cache would keep the answer to a GET
			_, _ = io.WriteString(w, r.Method)
			if r.Method == endless {
				_ = http.NewResponseController(w).Flush()
				<-r.Context().Done()
				close(gaveUp)
			}
		})
		m := model.New(model.Options{})
		DeferCleanup(m.Close)
		step.URL, step.Request.Origin = s.URL, app
		results := make(chan agent.JobResult, 1)
		go func() { // a job without a time limit
			_ = m.Perform(ctx, []agent.Job{{ID: "a", Steps: []agent.Step{step}}}, func(r agent.JobResult) { results <- r })
		}()
		Eventually(ctx, gaveUp, ample).Should(BeClosed())
		var r agent.JobResult
		Eventually(ctx, results, ample).Should(Receive(&r))
		Expect(r.Steps[0][0].Result).To(Equal(spec.Allowed), "%v", r.Err)
	},
		Entry("the answer to a POST", "POST", agent.Step{Request: cases.Request{Method: "POST"}}),
		Entry("the answer to a preflight, whatever is looked for in the one behind it", "OPTIONS", agent.Step{Text: "PUT", Request: cases.Request{Method: "PUT"}}),
	)

	It("is waited for where its content is what a check asks for", func(ctx SpecContext) {
		url := rawTalk(func(_ string, _ *bufio.Reader, w net.Conn) bool {
			_, _ = io.WriteString(w, granted+"Transfer-Encoding: chunked\r\n\r\n")
			time.Sleep(1500 * time.Millisecond) // more than is waited for what nobody needs
			_, _ = io.WriteString(w, "6\r\nneedle\r\n")
			return true
		})
		atOnce(func() {
			Expect(onWire(ctx, url, originally("GET", "", cases.Predicate{BodyContains: ptr("needle")})).Verdict).To(Equal(agent.VerdictPass))
		}, func() {
			o := perform(ctx, serveSeen(false, open), agent.Step{URL: url, Text: "needle"}).Steps[0][0]
			Expect(o.Body).To(Equal("needle"))
		})
	})
})

var _ = Describe("bytes that nobody asked for", func() {
	noContent := cases.Predicate{If: []cases.Predicate{{Status: cases.StatusSet{"204"}}}, Then: []cases.Predicate{{NoBody: true}}}
	next := originally("GET", "same", cases.Predicate{Answered: ptr(true)})

	It("are content of a 204, whenever they come", func(ctx SpecContext) {
		for _, late := range []time.Duration{0, 50 * time.Millisecond} {
			url := rawTalk(func(head string, _ *bufio.Reader, w net.Conn) bool {
				if strings.HasPrefix(head, "OPTIONS") {
					_, _ = io.WriteString(w, "HTTP/1.1 204 No Content\r\n\r\n")
					time.Sleep(late)
					_, _ = io.WriteString(w, "ok")
					return true
				}
				_, _ = io.WriteString(w, granted+"Content-Length: 0\r\n\r\n")
				return true
			})
			res := onWire(ctx, url, originally("OPTIONS", "new", noContent), next)
			Expect(res.Verdict).To(Equal(agent.VerdictFail), "%v", late)
			Expect(res.Agents[0].Failures[0].Actual).To(Equal("the 204 carries 2 bytes of content"))
			Expect(onWire(ctx, url, originally("OPTIONS", "new"), next).Agents[0].Failures[0].Actual).To(Equal(`after the 204, 2 bytes of content: "ok"`))
			for range 3 { // what others do over the same pool is not hurt
				Expect(onWire(ctx, url, originally("OPTIONS", ""), originally("GET", "", shares(app))).Verdict).To(Equal(agent.VerdictPass))
			}
		}
	})

	It("are the answer to content that was taken for a request, in every run", func(ctx SpecContext) {
		var slow atomic.Int64
		url := rawTalk(func(head string, r *bufio.Reader, w net.Conn) bool {
			// Never reads content. Both answers grant, so that neither is wrong by itself.
			time.Sleep(time.Duration(slow.Load()))
			_, _ = io.WriteString(w, granted+"Content-Length: 0\r\n\r\n")
			return !strings.Contains(head, "Connection: close")
		})
		first := originally("OPTIONS", "new")
		first.Wire.Body = "GET /x HTTP/1.1\r\nHost: h\r\n\r\n"
		first.Wire.Headers = append(first.Wire.Headers, "Content-Length: 28")
		last := originally("GET", "same", shares(app))
		last.Wire.Headers = append(last.Wire.Headers, "Connection: close")
		for i := range 20 {
			slow.Store(int64(i) * int64(time.Millisecond))
			res := onWire(ctx, url, first, last)
			Expect(res.Verdict).To(Equal(agent.VerdictFail), "run %d", i)
			Expect(res.Agents[0].Failures[0].Actual).To(ContainSubstring("an answer that nobody asked for"))
		}
	})

	It("are not looked for where the server closes, which it may", func(ctx SpecContext) {
		url := rawTalk(func(head string, _ *bufio.Reader, w net.Conn) bool {
			_, _ = io.WriteString(w, granted+"Content-Length: 0\r\n\r\n")
			return false
		})
		first := originally("OPTIONS", "new")
		first.Wire.Body, first.Wire.Headers = "hello", append(first.Wire.Headers, "Content-Length: 5")
		Expect(onWire(ctx, url, first, originally("GET", "same", shares(app))).Verdict).To(Equal(agent.VerdictPass))
	})
})

var _ = Describe("requests over one connection", func() {
	keeps := func(_ string, _ *bufio.Reader, w net.Conn) bool {
		_, _ = io.WriteString(w, granted+"Content-Length: 0\r\n\r\n")
		return true
	}

	DescribeTable("are shown as that", func(ctx SpecContext, connection, command string) {
		res := onWire(ctx, rawTalk(keeps), originally("GET", "new"), originally("POST", connection))
		Expect(agent.Commands(res.Agents[0].Exchanges)).To(ConsistOf(MatchRegexp(command)))
	},
		Entry("one behind the other", "same", `^curl .* --next .* -X POST `),
		Entry("without waiting", "pipelined", `^\{ printf .*GET .*; printf .*POST .*; \} \| nc `),
	)

	It("are two commands where each has a connection of its own", func(ctx SpecContext) {
		res := onWire(ctx, rawTalk(keeps), originally("GET", "new"), originally("POST", "new"))
		Expect(agent.Commands(res.Agents[0].Exchanges)).To(HaveLen(2))
	})

	It("may come behind several at once, which leave none", func(ctx SpecContext) {
		burst := originally("GET", "", shares(app))
		burst.Parallel = 2
		res := onWire(ctx, rawTalk(keeps), burst, originally("GET", "same", shares(app)))
		Expect(res.Verdict).To(Equal(agent.VerdictPass))
		Expect(res.Agents[0].Exchanges).To(HaveLen(3))
	})
})

var _ = Describe("a server that resets idle connections", func() {
	It("is not accused of it", func(ctx SpecContext) {
		url := rawTalk(func(_ string, _ *bufio.Reader, w net.Conn) bool {
			_, _ = io.WriteString(w, granted+"Content-Length: 0\r\n\r\n")
			time.Sleep(time.Millisecond)
			_ = w.(*net.TCPConn).SetLinger(0)
			return false
		})
		post := originally("POST", "", shares(app))
		post.Times = 200
		Expect(onWire(ctx, url, post).Verdict).To(Equal(agent.VerdictPass))
		same := originally("PATCH", "same", shares(app))
		Expect(onWire(ctx, url, originally("GET", "new", shares(app)), same).Verdict).To(Equal(agent.VerdictPass))
	})
})

var _ = Describe("pipelined requests", func() {
	It("have the time limit each to itself", func(ctx SpecContext) {
		url := rawTalk(func(head string, _ *bufio.Reader, w net.Conn) bool {
			if strings.Contains(head, "Origin:") { // not the first look, nor the last
				time.Sleep(3 * time.Second) // the limit is 5 s
			}
			_, _ = io.WriteString(w, granted+"Content-Length: 0\r\n\r\n")
			return true
		})
		Expect(onWire(ctx, url, originally("GET", "new", shares(app)), originally("GET", "pipelined", shares(app))).Verdict).To(Equal(agent.VerdictPass))
	})
})

var _ = Describe("requests of the model that are made at once", func() {
	burst := func(ctx context.Context, s *seen, r cases.Request) agent.StepOutcomes {
		GinkgoHelper()
		res := perform(ctx, s, agent.Step{URL: "/ok", Request: r, Times: 12, Parallel: 3})
		Expect(res.Err).NotTo(HaveOccurred())
		return res.Steps[0]
	}

	It("all go out, whatever may be cached", func(ctx SpecContext) {
		s := serveSeen(false, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "public, max-age=60")
			w.Header().Set("Vary", "Origin")
			open(w, r)
		})
		for _, o := range burst(ctx, s, cases.Request{Credentials: "include", WithCookie: true}) {
			Expect(o.Hops[0].Sent).To(BeTrue())
			Expect(o.CookieSent).To(BeTrue())
		}
		Expect(s.methods()).To(HaveLen(12))
	})

	It("all ask first, and one answer is kept for later", func(ctx SpecContext) {
		s := serveSeen(false, open)
		step := agent.Step{URL: "/ok", Request: cases.Request{Method: "PUT"}, Times: 6, Parallel: 2}
		after := step
		after.Times, after.Parallel = 1, 1
		res := perform(ctx, s, step, after)
		Expect(res.Err).NotTo(HaveOccurred())
		for _, o := range res.Steps[0] {
			Expect(o.Hops[0].Preflight).To(BeTrue())
		}
		Expect(res.Steps[1][0].Hops[0].Preflight).To(BeFalse())
	})

	It("find what was stored before them, and the answer is said to be a cache's", func(ctx SpecContext) {
		s := serveSeen(false, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "max-age=60")
			open(w, r)
		})
		one := agent.Step{URL: "/ok"}
		many := agent.Step{URL: "/ok", Times: 4, Parallel: 4}
		res := perform(ctx, s, one, many)
		Expect(res.Steps[0][0].FromCache).To(BeFalse())
		for _, o := range res.Steps[1] {
			Expect(o.FromCache).To(BeTrue())
		}
		Expect(s.methods()).To(HaveLen(1))
	})
})
