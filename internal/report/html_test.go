package report_test

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/pagetest"
	"github.com/corsproof/corsproof/internal/report"
	"github.com/corsproof/corsproof/spec"
)

// exposed is a report of which every text that comes from a server, or may, is hostile.
func exposed() *report.Report {
	rep := hostileReport()
	for i := range rep.Findings {
		rep.Findings[i].Docs = cases.ErrorPages + rep.Findings[i].ID + ".md"
	}
	for i := range rep.Results {
		row := &rep.Results[i]
		row.Title, row.Why, row.Fix, row.Answered, row.Spec = row.Case+hostile, hostile, hostile, hostile, []string{"javascript:pwned=1", "https://fetch.spec.whatwg.org/#http-cors-protocol"}
		for k := range row.Agents {
			a := &row.Agents[k]
			a.Note, a.Error = hostile, hostile
			a.Failures = []agent.Symptom{{Step: hostile, What: hostile, Expected: hostile, Actual: hostile, Reason: hostile}}
			for j := range a.Exchanges {
				x := &a.Exchanges[j]
				x.Response = append(x.Response, spec.Field{Name: "X-" + hostile, Value: hostile}, spec.Field{Name: "Access-Control-Allow-Origin", Value: hostile})
			}
			if len(a.Exchanges) > 0 {
				more := a.Exchanges[0]
				more.Sent, more.Error = hostile, hostile
				a.Exchanges = append(a.Exchanges, more)
			}
		}
	}
	return rep
}

var _ = Describe("the HTML page in Chrome, from a file", Ordered, Label("browser"), func() {
	var ctx context.Context
	var address string

	BeforeAll(func() {
		ctx = pagetest.Chrome(GinkgoTB())
		file := filepath.Join(GinkgoT().TempDir(), "report.html")
		Expect(os.WriteFile(file, []byte(as("html", exposed())), 0o600)).To(Succeed())
		address = (&url.URL{Scheme: "file", Path: file}).String()
	})
	open := func(hash string) { Expect(pagetest.Open(ctx, address+hash)).To(Succeed()) }
	eval := func(script string) func() (string, error) {
		return func() (string, error) { return pagetest.Eval(ctx, script) }
	}
	const soon = 20 * time.Second

	It("shows the causes first, and all that a server said as text: nothing of it runs, loads or leads anywhere", func() {
		open("#v=error,fail,warn,skip")
		_, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("details").forEach(d => { d.open = true })`))
		Expect(err).NotTo(HaveOccurred())
		Eventually(eval(`document.querySelectorAll("#list .msg").length`)).WithTimeout(soon).ShouldNot(Equal("0"))
		Expect(eval(`document.querySelector("section h2").textContent`)()).To(Equal("Causes, the first to mend first"))
		Expect(eval(`document.body.innerText.split("onerror=").length > 20`)()).To(Equal("true"), "the texts are shown")
		Expect(eval(`[typeof pwned, document.querySelectorAll("img,iframe,object,embed,link,base").length, document.querySelectorAll("a[href^='javascript']").length, document.scripts.length].join()`)()).To(Equal("undefined,0,0,2"))
		Expect(eval(`/[\u0000-\u0008\u001b\u202e]/.test(document.body.innerText)`)()).To(Equal("false"), "what cannot be seen is written out")
		Expect(eval(`performance.getEntriesByType("resource").length`)()).To(Equal("0"), "the page loads nothing")
	})

	It("runs no script but its own, even if one got into the page", func() {
		open("")
		Expect(eval(`(() => { const s = document.createElement("script"); s.textContent = "pwned = 2"; document.body.append(s); const i = document.createElement("div"); i.setAttribute("onclick", "pwned = 3"); document.body.append(i); i.click(); return typeof pwned })()`)()).To(Equal("undefined"))
	})

	It("opens the check and the cause that the address names, and searches and filters", func() {
		open("#check=first/exact")
		Eventually(eval(`document.querySelectorAll("#open .sequence .msg").length`)).WithTimeout(soon).Should(Equal("4"), "two requests with their answers")
		Expect(eval(`document.querySelector("#open .copy button").textContent`)()).To(Equal("copy as curl"))
		open("#cause=star-with-credentials")
		Eventually(eval(`document.querySelectorAll("#list > details").length`)).WithTimeout(soon).Should(Equal("1"))
		open("#v=error")
		Eventually(eval(`document.querySelector("#shown").textContent`)).WithTimeout(soon).Should(Equal("1 of 4 checks"))
		typed := func(text string) {
			_, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](`(() => { const q = document.getElementById("q"); q.value = "`+text+`"; q.dispatchEvent(new Event("input", {bubbles: true})) })()`))
			Expect(err).NotTo(HaveOccurred())
		}
		open("#v=error,fail,warn,skip")
		typed("X-Bytes")
		Eventually(eval(`document.querySelector("#shown").textContent + " " + location.hash`)).WithTimeout(soon).Should(HavePrefix("1 of 4 checks #q=X-Bytes"))
		typed("no such thing")
		Eventually(eval(`document.querySelector("#shown").textContent`)).WithTimeout(soon).Should(ContainSubstring("nothing matches"))
	})

	It("leads from a cause to its page, when it has one of ours", func() {
		open("")
		Expect(eval(`[...document.querySelectorAll("details.cause")].filter(c => c.querySelector("a.more")).every(c => c.querySelector("a.more").href.endsWith("/docs/errors/" + c.id.replace("cause/", "") + ".md"))`)()).To(Equal("true"))
		Expect(eval(`document.querySelectorAll("details.cause a.more").length > 0`)()).To(Equal("true"))
	})

	It("copies a command as it is to be pasted", func() {
		open("#check=first/exact")
		_, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](`(() => { document.addEventListener("copy", e => { window.taken = String(document.activeElement.value) }); navigator.clipboard && (navigator.clipboard.writeText = async t => { window.taken = t }); document.querySelector("#open .copy button").click() })()`))
		Expect(err).NotTo(HaveOccurred())
		Eventually(eval(`window.taken`)).WithTimeout(soon).Should(And(HavePrefix("curl "), ContainSubstring("http://127.0.0.1:1/x"), Not(ContainSubstring("verysecret"))))
	})

	It("says why there is nothing where nothing was found, and is no wider than a phone", func() {
		file := filepath.Join(GinkgoT().TempDir(), "right.html")
		Expect(os.WriteFile(file, []byte(as("html", newReport(result("first", "a", agent.VerdictPass)))), 0o600)).To(Succeed())
		_, err := chromedp.Run(ctx, chromedp.Navigate((&url.URL{Scheme: "file", Path: file}).String()))
		Expect(err).NotTo(HaveOccurred())
		Expect(eval(`[document.querySelector("header").className, document.querySelector("#causes").textContent, document.querySelector("#shown").textContent].join("|")`)()).To(Equal("pass|No cause was found|1 of 1 checks"))
		Expect(chromedp.Do(ctx, chromedp.EmulateViewport(390, 800))).To(Succeed())
		open("#check=first/exact")
		Expect(eval(`document.documentElement.scrollWidth <= innerWidth`)()).To(Equal("true"))
	})
})
