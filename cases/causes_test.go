package cases_test

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

// twoCauses is a good file of causes. The tests replace a part of it by a mistake.
const twoCauses = `causes:
  - id: no-header
    section: What is missing
    title: The header is missing
    side: server
    setting: origins
    why: A browser looks for it.
    do: Send it.
    spec: [fetch#concept-cors-check]
    when: [{reason: MissingAllowOriginHeader}]
  - id: wrong-status
    formerly: bad-status
    title: The status is wrong
    side: proxy
    when: [{status: [4xx, 5xx], at: preflight}]
    needs: [{granted: "yes"}]
    unless: [{shared: "yes"}]
`

var _ = Describe("A file of causes", func() {
	It("is read", func() {
		list, err := cases.ParseCauses("c.yaml", []byte(twoCauses))
		Expect(err).NotTo(HaveOccurred())
		Expect(list).To(HaveLen(2))
		Expect(list[1]).To(Equal(cases.Cause{
			ID: "wrong-status", Formerly: cases.Names{"bad-status"}, Title: "The status is wrong", Side: cases.SideProxy,
			When:   []cases.Match{{Status: cases.Names{"4xx", "5xx"}, At: cases.Names{"preflight"}}},
			Needs:  []cases.Match{{Granted: cases.Names{"yes"}}},
			Unless: []cases.Match{{Shared: cases.Names{"yes"}}},
		}))
	})

	DescribeTable("gives the place of a mistake, what is wrong and what was expected", func(old, new string, kind cases.ProblemKind, message string) {
		list, err := cases.ParseCauses("c.yaml", []byte(replaceOnce(twoCauses, old, new)))
		Expect(err).To(MatchError(ContainSubstring(message)), "%v", list)
		problem, ok := errors.AsType[*cases.Problem](err)
		Expect(ok).To(BeTrue())
		Expect(problem.Kind).To(Equal(kind))
	},
		Entry("no YAML", "causes:\n", "causes: [\n", cases.BadSyntax, "c.yaml:"),
		Entry("no causes", twoCauses, "causes: []\n", cases.MissingKey, "c.yaml:1: causes is missing; expected a list of causes"),
		Entry("another key above", "causes:\n", "cause: []\ncauses:\n", cases.UnknownKey, `c.yaml:1: unknown key "cause", did you mean "causes"?; expected one of causes`),
		Entry("an unknown key", "    side: proxy", "    seide: proxy", cases.UnknownKey, `c.yaml:14: unknown key "seide", did you mean "side"?; expected one of certain, do, fallback, formerly, id, `),
		Entry("an unknown fact", "{reason: Missing", "{raeson: Missing", cases.UnknownKey, `c.yaml:10: unknown key "raeson" in when[0], did you mean "reason"?; expected one of allow_credentials, `),
		Entry("a list in place of facts", "[{granted: \"yes\"}]", "[granted]", cases.WrongType, `c.yaml:16: needs[0] is "granted"; expected a mapping with `),
		Entry("a fact that YAML takes for no text", `{granted: "yes"}`, "{granted: true}", cases.WrongType, `c.yaml:16: needs[0].granted is "true"; expected a string (in quotes: "true")`),
		Entry("another side", "side: proxy", "side: gateway", cases.BadValue, `c.yaml:14: wrong-status: side is "gateway"; expected one of server, framework, proxy, client, browser-setting, not-cors`),
		Entry("no side", "    side: proxy\n", "", cases.BadValue, `c.yaml:11: wrong-status: side is ""; expected one of server, `),
		Entry("another setting", "setting: origins", "setting: origin", cases.BadValue, `c.yaml:6: no-header: setting is "origin"; expected one of [origins `),
		Entry("no title", "    title: The header is missing\n", "", cases.MissingKey, "c.yaml:2: no-header: title is missing; expected what is wrong, as a sentence"),
		Entry("nothing to be recognised by", "    when: [{reason: MissingAllowOriginHeader}]\n", "", cases.MissingKey, "c.yaml:2: no-header: when is missing; expected facts by which the cause is recognised"),
		Entry("an id with capitals", "id: no-header", "id: No_Header", cases.BadValue, `c.yaml:2: No_Header: id is "No_Header"; expected lower-case letters, digits and hyphens`),
		Entry("an id for the second time", "id: wrong-status", "id: no-header", cases.Duplicate, "c.yaml:11: no-header: the id no-header is taken; expected another id"),
		Entry("an id that another had", "formerly: bad-status", "formerly: no-header", cases.Duplicate, "c.yaml:11: wrong-status: the id no-header is taken; expected another id"),
		Entry("an unknown section of a standard", "fetch#concept-cors-check", "fetch#concept-cors-chek", cases.BadValue, `c.yaml:9: no-header: there is no section "fetch#concept-cors-chek", did you mean "fetch#concept-cors-check"?; expected a key of anchors.yaml, or an https address`),
		Entry("a set of no facts", `{shared: "yes"}`, "{}", cases.MissingKey, "c.yaml:17: wrong-status: unless[0] has no fact; expected at least one, such as {reason: MissingAllowOriginHeader}"),
		Entry("a fact of no value", `{shared: "yes"}`, `{shared: ""}`, cases.BadValue, `c.yaml:17: wrong-status: unless[0].shared is ""; expected a value, or a glob for it`),
		Entry("a pattern that is none", "status: [4xx, 5xx]", `status: ["[4", 5xx]`, cases.BadValue, `c.yaml:15: wrong-status: when[0].status is "[4"; expected a value, or a glob for it`),
	)

	It("gives all mistakes at once", func() {
		text := strings.NewReplacer("side: server", "side: x", "side: proxy", "side: y").Replace(twoCauses)
		_, err := cases.ParseCauses("c.yaml", []byte(text))
		Expect(err).To(BeAssignableToTypeOf(cases.Problems{}))
		Expect(err.(cases.Problems)).To(HaveLen(2))
	})

	It("has a schema, which takes ours and refuses the same mistakes", func() {
		schema := compile(cases.CausesSchema())
		data, err := os.ReadFile("causes.yaml")
		Expect(err).NotTo(HaveOccurred())
		Expect(schema.Validate(instance(data))).To(Succeed())
		Expect(schema.Validate(instance([]byte(twoCauses)))).To(Succeed())
		for old, new := range map[string]string{
			"    side: proxy": "    seide: proxy", "{reason: Missing": "{raeson: Missing", "side: proxy": "side: gateway", "setting: origins": "setting: origin",
			"    title: The header is missing\n": "", "    when: [{reason: MissingAllowOriginHeader}]\n": "", "id: no-header": "id: No_Header", `{shared: "yes"}`: "{}",
		} {
			Expect(schema.Validate(instance([]byte(replaceOnce(twoCauses, old, new))))).NotTo(Succeed(), new)
		}
	})

	It("has a schema with the sides and settings that there are", func() {
		var doc struct {
			Defs struct {
				Cause struct {
					Properties map[string]struct {
						Enum []string `json:"enum"`
					} `json:"properties"`
				} `json:"cause"`
			} `json:"$defs"`
		}
		Expect(json.Unmarshal(cases.CausesSchema(), &doc)).To(Succeed())
		Expect(doc.Defs.Cause.Properties["side"].Enum).To(Equal([]string{"server", "framework", "proxy", "client", "browser-setting", "not-cors"}))
		var settings []string
		for _, s := range cases.Settings {
			settings = append(settings, string(s))
		}
		Expect(doc.Defs.Cause.Properties["setting"].Enum).To(Equal(settings))
	})
})

var _ = Describe("The causes that we know", func() {
	It("are found by their ids alone", func() {
		Expect(len(cases.Causes())).To(BeNumerically(">=", 145))
		Expect(cases.FindCause("no-cors").Title).To(Equal("The server sends no CORS header at all"))
		Expect(cases.FindCause("no-corps")).To(BeNil())
		Expect(cases.NearestCauses("no-corps")).To(ContainElement("no-cors"))
		Expect(cases.NearestCauses("credentials-mispelt")[0]).To(Equal("credentials-misspelt"), "the nearest comes first")
	})

	It("each have a title, a reason, an advice and the sections that decide", func() {
		ids := map[string]bool{}
		for _, c := range cases.Causes() {
			Expect(ids).NotTo(HaveKey(c.ID))
			ids[c.ID] = true
			Expect(c.Section).NotTo(BeEmpty(), c.ID)
			Expect(len(c.Title)).To(BeNumerically("<=", 100), c.ID)
			Expect(c.Title).NotTo(HaveSuffix("."), c.ID)
			Expect(sentences(c.Why)).To(BeNumerically("~", 1.5, 0.5), "why of %s: %s", c.ID, c.Why)
			Expect(sentences(c.Do)).To(BeNumerically("~", 2, 1), "do of %s: %s", c.ID, c.Do)
			Expect(len(c.Spec)).To(BeNumerically("~", 1.5, 0.5), c.ID)
		}
	})

	It("are listed in sections that do not come twice", func() {
		order := cases.CauseSections()
		Expect(order[0]).To(Equal("Access-Control-Allow-Origin is missing"))
		Expect(slices.Compact(slices.Sorted(slices.Values(order)))).To(HaveLen(len(order)))
	})
})

// sentences is how many sentences a text has: a full stop at its end, or before
// a blank and a capital. A text that does not end in one has none.
func sentences(text string) float64 {
	if !strings.HasSuffix(text, ".") {
		return 0
	}
	n := 1
	for i := range len(text) - 2 {
		if (text[i] == '.' || text[i] == '?') && text[i+1] == ' ' && text[i+2] >= 'A' && text[i+2] <= 'Z' {
			n++
		}
	}
	return float64(n)
}
