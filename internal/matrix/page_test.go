package matrix_test

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
	"github.com/corsproof/corsproof/internal/matrix"
	"github.com/corsproof/corsproof/internal/pagetest"
)

// hostile is text that a page must show and never run.
const hostile = `</script><img src=x onerror="pwned = 1"><script>pwned = 1</script>`

// exposed is a matrix of which every text is hostile.
func exposed() *matrix.Matrix {
	frameworks := make([]matrix.Framework, 2)
	for i, name := range []string{"first", "second"} {
		c := cell("plain", agent.VerdictFail)
		c.Reason, c.Causes = hostile, []string{"plain"}
		c.Agents = []agent.Result{{Agent: "wire", Failures: []agent.Symptom{{What: hostile, Expected: hostile, Actual: hostile, Effect: agent.EffectLetIn, Sendable: true}},
			Exchanges: []agent.Exchange{{Method: "GET", URL: "http://127.0.0.1:1/", Status: 200}}}}
		c.Curl = []string{hostile}
		f := framework(name, c)
		f.Display, f.Version, f.Explained = name+hostile, hostile, "javascript:pwned=1"
		f.Findings = []matrix.Finding{{ID: "plain", Unknown: true, Effect: agent.EffectLetIn, Level: cases.Must, Sendable: true, Policies: []string{"exact"}, Checks: 1,
			Affects: hostile, Received: []string{hostile}, Wanted: []string{hostile}}}
		frameworks[i] = f
	}
	frameworks[1].Findings = []matrix.Finding{}
	m := matrixOf(frameworks...)
	m.Groups, m.GroupDocs = []string{"one", "two"}, map[string]string{"one": hostile}
	m.Cases[1].Title, m.Cases[1].Why, m.Cases[1].Spec = hostile, hostile, []string{"javascript:pwned=1"}
	return m
}

var _ = Describe("the page in Chrome, from a file", Ordered, Label("browser"), func() {
	var ctx context.Context
	var address string

	BeforeAll(func() {
		ctx = pagetest.Chrome(GinkgoTB())
		file, err := os.Create(filepath.Join(GinkgoT().TempDir(), "compare.html"))
		Expect(err).NotTo(HaveOccurred())
		Expect(exposed().WriteHTML(file)).To(Succeed())
		Expect(file.Close()).To(Succeed())
		address = (&url.URL{Scheme: "file", Path: file.Name()}).String()
	})
	open := func(hash string) { Expect(pagetest.Open(ctx, address+hash)).To(Succeed()) }
	eval := func(script string) func() (string, error) {
		return func() (string, error) { return pagetest.Eval(ctx, script) }
	}
	soon := 20 * time.Second

	It("opens what the address says, from what is packed, and runs nothing of it", func() {
		open("#f/first/plain")
		Eventually(eval(`document.querySelectorAll("#detail details details").length`)).WithTimeout(soon).ShouldNot(Equal("0"))
		_, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](`for (const d of document.querySelectorAll("#detail details")) d.open = true`))
		Expect(err).NotTo(HaveOccurred())
		Eventually(eval(`document.querySelector("#detail").textContent.includes("expected")`)).WithTimeout(soon).Should(Equal("true"))
		Expect(eval(`document.querySelector("#detail").textContent.split("onerror").length > 8`)()).To(Equal("true"), "the texts are shown")
		Expect(eval(`document.querySelectorAll("img").length + " " + typeof pwned + " " + document.querySelectorAll("a[href^='javascript']").length`)()).To(Equal("0 undefined 0"))
	})

	It("shows a case of every framework, a group and a cause", func() {
		for hash, want := range map[string]string{"#c/plain": "second", "#g/one": "Safe", "#x/plain": "first"} {
			open(hash)
			Eventually(eval(`document.querySelector("#detail").textContent`)).WithTimeout(soon).Should(ContainSubstring(want), hash)
		}
	})

	It("takes order and filters from the address, and writes them there", func() {
		open("#?sort=denied")
		first := `document.querySelector("#matrix tbody tr").textContent.slice(0, 6)`
		Expect(eval(first)()).To(Equal("second"))
		open("#?show=browser")
		Expect(eval(`document.querySelectorAll("#matrix tbody td.fail").length`)()).To(Equal("0"))
		open("")
		Expect(eval(first)()).To(HavePrefix("first"))
		Expect(eval(`(() => { document.getElementById("sort").value = "denied"; document.getElementById("sort").dispatchEvent(new Event("input")); return location.hash })()`)()).To(Equal("#?sort=denied"))
		Expect(eval(first)()).To(Equal("second"))
		Expect(eval(`(() => { document.getElementById("flip").click(); return location.hash + " " + document.querySelectorAll("#matrix th.sub2").length })()`)()).To(Equal("#?sort=denied&rows=causes 1"))
	})
})
