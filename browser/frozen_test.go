//go:build unix

package browser_test

import (
	"context"
	"errors"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/browser"
	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
)

var _ = Describe("a browser that freezes", func() {
	start := func() (*browser.Chrome, []agent.Job) {
		GinkgoT().Setenv("TMPDIR", shortTemp())
		c, err := browser.Start(context.Background(), browser.Options{})
		Expect(err).NotTo(HaveOccurred())
		t := newTarget(false)
		return c, []agent.Job{job(t.url(plan{actual: allow(app)}), cases.Request{}), job(t.url(plan{actual: allow("*")}), cases.Request{})}
	}

	It("is ended, and told as that", func() {
		DeferCleanup(browser.FrozenAfter(2 * time.Second))
		c, jobs := start()
		Expect(c.Signal(syscall.SIGSTOP)).To(Succeed())
		got := map[string]error{}
		err := c.Perform(context.Background(), jobs, func(r agent.JobResult) { got[r.ID] = r.Err })
		var died *browser.DiedError
		Expect(errors.As(err, &died)).To(BeTrue(), "%v", err)
		Expect(err.Error()).To(ContainSubstring("did not respond for 2s"))
		Expect(got).To(HaveLen(2))
		Expect(c.Close()).To(Succeed())
		Expect(c.Profile()).NotTo(BeADirectory())
	})

	It("does not hold up the end of a run", func() {
		c, jobs := start()
		Expect(c.Signal(syscall.SIGSTOP)).To(Succeed())
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		defer cancel()
		begun := time.Now()
		Expect(c.Perform(ctx, jobs, func(agent.JobResult) {})).To(MatchError(context.DeadlineExceeded))
		Expect(c.Close()).To(Succeed())
		Expect(time.Since(begun)).To(BeNumerically("<", 20*time.Second), "a limit on hanging; a quiet machine takes two seconds")
		Expect(c.Profile()).NotTo(BeADirectory())
	})

	It("has pages that do not respond while they are opened, or at work, without holding up a run", func() {
		DeferCleanup(browser.FrozenAfter(2 * time.Second))
		for _, begun := range []bool{false, true} {
			c, jobs := start()
			perform := func() (errs []error) {
				Expect(c.Perform(context.Background(), jobs, func(r agent.JobResult) { errs = append(errs, r.Err) })).To(Succeed())
				return errs
			}
			if begun {
				Expect(perform()).To(HaveEach(BeNil()))
			}
			c.LosePages(true)
			for _, err := range perform() {
				var frozen *browser.FrozenError
				Expect(errors.As(err, &frozen)).To(BeTrue(), "%v", err)
			}
			c.LosePages(false)
			Expect(perform()).To(HaveEach(BeNil()), "new pages serve")
			Expect(c.Close()).To(Succeed())
		}
	})
})
