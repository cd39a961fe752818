package browser_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"regexp"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/browser"
	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

var _ = Describe("a browser that runs already", func() {
	It("is attached to, with pages in tabs since it may isolate sites", func() {
		path, err := browser.Find("")
		Expect(err).NotTo(HaveOccurred())
		dir, err := os.MkdirTemp("", "corsproof-remote-")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() { // its children end a little later
			Eventually(func() error { return os.RemoveAll(dir) }).WithTimeout(10 * time.Second).Should(Succeed())
		})
		flags := []string{"--headless", "--remote-debugging-port=0", "--no-first-run",
			"--disable-features=LocalNetworkAccessChecks,HttpsUpgrades", "--user-data-dir=" + dir, "about:blank"}
		if os.Getuid() == 0 {
			flags = append(flags, "--no-sandbox")
		}
		cmd := exec.Command(path, flags...)
		out, err := cmd.StderrPipe()
		Expect(err).NotTo(HaveOccurred())
		Expect(cmd.Start()).To(Succeed())
		defer func() { cmd.Process.Kill(); cmd.Wait() }()
		var ws string
		lines := bufio.NewScanner(out)
		for ws == "" && lines.Scan() {
			if m := regexp.MustCompile(`ws://\S+`).FindString(lines.Text()); m != "" {
				ws = m
			}
		}
		Expect(ws).NotTo(BeEmpty())

		c, err := browser.Start(context.Background(), browser.Options{Remote: ws})
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Version()).To(ContainSubstring("remote"))
		t := newTarget(false)
		var jobs []agent.Job
		puts := map[string]bool{}
		for _, o := range []string{app, "http://app.example.com", "null", "https://other.example"} {
			jobs = append(jobs, job(t.url(plan{preflight: allow(o, "Access-Control-Allow-Methods: PUT"), actual: allow(o)}), cases.Request{Origin: o, Method: "PUT"}))
			puts[jobs[len(jobs)-1].ID] = true
		}
		for _, o := range []string{app, "https://other.example"} {
			jobs = append(jobs, job(t.url(plan{actual: typed(o, "audio/wav", wav)}), cases.Request{Origin: o, API: "audio", Crossorigin: "anonymous"}))
		}
		Expect(c.Perform(context.Background(), jobs, func(r agent.JobResult) {
			defer GinkgoRecover()
			Expect(r.Err).NotTo(HaveOccurred())
			Expect(r.Steps[0][0].Result).To(Equal(spec.Allowed), string(r.Steps[0][0].Reason))
			Expect(r.Steps[0][0].Hops[0].Preflight).To(Equal(puts[r.ID]))
		})).To(Succeed())

		// Its profile blocks third-party cookies, or it does not: either the
		// cookie arrives or the agent says why it cannot tell.
		u := t.url(plan{actual: allow(app, withCredentials)})
		Expect(c.Perform(context.Background(), []agent.Job{job(u, cases.Request{Credentials: "include", WithCookie: true})}, func(r agent.JobResult) {
			defer GinkgoRecover()
			if r.Err != nil {
				Expect(r.Err).To(MatchError(ContainSubstring("third-party cookie")))
				return
			}
			Expect(carried(t.requests(u)[0])).To(BeTrue())
		})).To(Succeed())
		Expect(c.Close()).To(Succeed())
		Expect(cmd.ProcessState).To(BeNil(), "the browser goes on")
	})
})
