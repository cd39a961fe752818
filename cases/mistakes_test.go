package cases_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing/fstest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

// somePolicies is a policies.yaml for files with mistakes.
const somePolicies = `policies:
  - {name: exact, origins: [https://app.example, https://b.example], methods: [GET, POST, PUT], request_headers: [X-Custom]}
  - {name: creds, origins: [https://app.example], credentials: true, methods: [PUT]}
  - {name: any, origins: ["*"]}
  - {name: lists, origins: [https://app.example], credentials: true, methods: [PUT, OPTIONS], request_headers: [X-A, X-M], expose_headers: [X-Out]}
`

// oneCase is a good case file. The tests replace a part of it by a mistake.
const oneCase = `group: sample
doc: Nothing in particular.
cases:
  - id: sample-get
    title: A GET is shared
    level: must
    why: It matters.
    spec: [fetch#concept-cors-check]
    policies: [exact]
    wire: {headers: ["Origin: {{allowed}}"]}
    answer: [{shares: "{{allowed}}"}]
`

// wireLine and answerLine are what most of the tests replace.
const (
	wireLine   = `    wire: {headers: ["Origin: {{allowed}}"]}` + "\n"
	answerLine = `    answer: [{shares: "{{allowed}}"}]` + "\n"
	bothLines  = wireLine + answerLine
)

// loadGroup loads one case file, sample.yaml.
func loadGroup(text string) (*cases.Table, error) {
	return cases.LoadDir(fstest.MapFS{
		"policies.yaml": {Data: []byte(somePolicies)},
		"sample.yaml":   {Data: []byte(text)},
	}, ".")
}

var _ = Describe("A case file with a mistake", func() {
	It("is otherwise a good one", func() {
		_, err := loadGroup(oneCase)
		Expect(err).NotTo(HaveOccurred())
	})

	DescribeTable("gives its place, what is wrong and what was expected",
		func(old, new string, kind cases.ProblemKind, messages ...string) {
			text := strings.Replace(oneCase, old, new, 1)
			Expect(text).NotTo(Equal(oneCase), "the mistake is not in the file")
			_, err := loadGroup(text)
			Expect(err).To(HaveOccurred())
			Expect(err.Error()).To(Equal(strings.Join(messages, "\n")))
			problem, ok := errors.AsType[*cases.Problem](err)
			Expect(ok).To(BeTrue())
			Expect(problem.Kind).To(Equal(kind))
		},

		// The file
		Entry("not YAML", "doc: Nothing", "doc: [Nothing", cases.BadSyntax,
			`sample.yaml:3: not readable as YAML: did not find expected ',' or ']'`),
		Entry("empty", oneCase, "", cases.BadSyntax,
			`sample.yaml: not readable as YAML: no documents in stream`),
		Entry("a list", oneCase, "- x\n", cases.WrongType,
			`sample.yaml:1: the value is a list; expected a mapping with cases, doc, formerly, group, ...`),
		Entry("another group than the file", "group: sample", "group: simple", cases.BadValue,
			`sample.yaml:1: group is "simple"; expected the file's name: sample`),
		Entry("no doc", "doc: Nothing in particular.\n", "", cases.MissingKey,
			`sample.yaml:1: doc is missing; expected one sentence on what the group is about`),
		Entry("no cases", oneCase[strings.Index(oneCase, "cases:"):], "cases: []\n", cases.MissingKey,
			`sample.yaml:3: the file has no cases; expected a list under cases:`),
		Entry("an unknown key of the file", "doc:", "docs: x\ndoc:", cases.UnknownKey,
			`sample.yaml:2: unknown key "docs", did you mean "doc"?; expected one of cases, doc, formerly, group, prefix`),

		// The case
		Entry("an unknown key", "level: must", "level: must\n    severity: high", cases.UnknownKey,
			`sample.yaml:7: sample-get: unknown key "severity"; expected one of after, answer, each, expect, fix, formerly, grow, id, intent, level, needs, over, parallel, policies, request, seen_in, spec, steps, times, title, via, when, why, wire`),
		Entry("an unknown key with a near one", "level: must", "levle: must", cases.UnknownKey,
			`sample.yaml:6: sample-get: unknown key "levle", did you mean "level"?; expected one of after, answer, each, expect, fix, formerly, grow, id, intent, level, needs, over, parallel, policies, request, seen_in, spec, steps, times, title, via, when, why, wire`),
		Entry("a key twice", "why: It matters.", "why: It matters.\n    why: Twice.", cases.Duplicate,
			`sample.yaml:8: sample-get: the key "why" appears twice`),
		Entry("no id", "id: sample-get\n    ", "", cases.MissingKey,
			`sample.yaml:4: id is missing; expected a name in kebab-case`),
		Entry("an id in capitals", "sample-get", "sample-GET", cases.BadValue,
			`sample.yaml:4: sample-GET: the id "sample-GET" is not in kebab-case; expected lower-case letters, digits and hyphens`),
		Entry("an id of another group", "sample-get", "get", cases.BadValue,
			`sample.yaml:4: get: the id "get" does not begin as those of its group do; expected sample-... (prefix: of the file says)`),
		Entry("no title", "title: A GET is shared", "title: ''", cases.MissingKey,
			`sample.yaml:5: sample-get: title is missing; expected what must hold, as a sentence`),
		Entry("no why", "    why: It matters.\n", "", cases.MissingKey,
			`sample.yaml:4: sample-get: why is missing; expected one sentence on why it matters`),
		Entry("a why of nothing", "why: It matters.", "why:", cases.WrongType,
			`sample.yaml:7: sample-get: why is empty; expected a string`),
		Entry("a level that is none", "level: must", "level: mist", cases.BadValue,
			`sample.yaml:6: sample-get: level is "mist", did you mean "must"?; expected one of must, should, practice, info`),
		Entry("no spec", "    spec: [fetch#concept-cors-check]\n", "", cases.MissingKey,
			`sample.yaml:4: sample-get: spec is missing; expected the sections that decide, such as fetch#concept-cors-check`),
		Entry("an unknown section", "fetch#concept-cors-check", "fetch#concept-cors-chek", cases.BadValue,
			`sample.yaml:8: sample-get: spec[0] is "fetch#concept-cors-chek", which is not in the index of sections, did you mean "fetch#concept-cors-check"?; expected a key of anchors.yaml (STANDARD#FRAGMENT)`),
		Entry("a page instead of a section", "fetch#concept-cors-check", "'https://example.org/'", cases.BadValue,
			`sample.yaml:8: sample-get: spec[0] is "https://example.org/", which is not in the index of sections; expected a key of anchors.yaml (STANDARD#FRAGMENT)`),
		Entry("no policies", "    policies: [exact]\n", "", cases.MissingKey,
			`sample.yaml:4: sample-get: policies is missing; expected the standard policies that the case runs under`),
		Entry("a string of policies", "policies: [exact]", "policies: exact", cases.WrongType,
			`sample.yaml:9: sample-get: policies is "exact"; expected a list`),
		Entry("an unknown policy", "policies: [exact]", "policies: [exakt]", cases.BadValue,
			`sample.yaml:9: sample-get: there is no policy "exakt", did you mean "exact"?; expected a name in policies.yaml`),
		Entry("a policy twice", "policies: [exact]", "policies: [exact, exact]", cases.Duplicate,
			`sample.yaml:9: sample-get: the policy "exact" appears twice; expected each policy once`),
		Entry("a policy that when excludes", "policies: [exact]", "policies: [exact]\n    when: {credentials: true}", cases.Conflict,
			`sample.yaml:9: sample-get: the policy "exact" does not satisfy when: the case is for policies with credentials true; expected another when, or without this policy`),
		Entry("a when that is not a bool", "policies: [exact]", "policies: [exact]\n    when: {credentials: yes}", cases.WrongType,
			`sample.yaml:10: sample-get: when.credentials is "yes"; expected true or false`),
		Entry("an unknown part", "policies: [exact]", "policies: [exact]\n    needs: [panics]", cases.BadValue,
			`sample.yaml:10: sample-get: needs[0] is "panics", did you mean "panic"?; expected one of any-method, app, count, echo, nope, ok, options, outer-vary, panic, policies, post-only, respond, secret, stream, websocket`),
		Entry("an unknown transport", "policies: [exact]", "policies: [exact]\n    over: h3", cases.BadValue,
			`sample.yaml:10: sample-get: over is "h3", did you mean "h1"?; expected one of h1, h2, tls`),
		Entry("an unknown intermediary", "policies: [exact]", "policies: [exact]\n    via: proxy", cases.BadValue,
			`sample.yaml:10: sample-get: via is "proxy"; expected shared-cache`),
		Entry("an intent without a reason", "policies: [exact]", "policies: [exact]\n    intent: skip", cases.BadValue,
			`sample.yaml:10: sample-get: intent is "skip"; expected "skip: " and the reason why the expectation differs from what the policy means`),

		// The steps
		Entry("neither request nor wire", wireLine, "", cases.MissingKey,
			`sample.yaml:4: sample-get: the case has neither request nor wire; expected exactly one of them`),
		Entry("both request and wire", wireLine, wireLine+"    request: {origin: https://app.example}\n    expect: {outcome: allowed}\n", cases.Conflict,
			`sample.yaml:4: sample-get: the case has both request and wire; expected exactly one of them`),
		Entry("steps beside wire", wireLine, wireLine+"    steps: []\n", cases.Conflict,
			`sample.yaml:12: sample-get: answer is given beside steps; expected either steps, or the fields of the only step`),
		Entry("no steps", bothLines, "    steps: []\n", cases.MissingKey,
			`sample.yaml:10: sample-get: the case sends nothing; expected request, wire or steps`),
		Entry("expect of a wire step", answerLine, answerLine+"    expect: {outcome: allowed}\n", cases.Conflict,
			`sample.yaml:12: sample-get: expect stands beside wire; expected answer; expect is what a request step expects`),
		Entry("answer of a request", wireLine, `    request: {origin: "{{allowed}}"}`+"\n", cases.Conflict,
			`sample.yaml:11: sample-get: answer stands beside request; expected expect; answer is what a wire step expects`),
		Entry("nothing expected", answerLine, "", cases.MissingKey,
			`sample.yaml:4: sample-get: no step expects anything; expected expect (of a request) or answer (of a wire step); only info cases can do without`),
		Entry("two steps of one name", bothLines, "    steps:\n      - {name: a, wire: {}}\n      - {name: a, wire: {}, answer: [{no_body: true}]}\n", cases.Duplicate,
			`sample.yaml:12: sample-get: there is a step "a" already; expected another name`),
		Entry("a time without a unit", answerLine, answerLine+"    after: 10\n", cases.WrongType,
			`sample.yaml:12: sample-get: after is "10"; expected a duration such as 1100ms`),
		Entry("a number that is none", answerLine, answerLine+"    times: many\n", cases.WrongType,
			`sample.yaml:12: sample-get: times is "many"; expected a whole number`),
		Entry("a path without a slash", wireLine, "    wire: {path: ok}\n", cases.BadValue,
			`sample.yaml:10: sample-get: wire.path is "ok"; expected a path below the policy's base, such as /ok?x=1; or = and the whole request target`),
		Entry("a connection without a step before", wireLine, "    wire: {connection: same}\n", cases.Conflict,
			`sample.yaml:10: sample-get: the first step has no connection before it; expected "new" or nothing`),
		Entry("a header that is not bytes", wireLine, `    wire: {headers: ["Origin: \u20ac"]}`+"\n", cases.BadTemplate,
			`sample.yaml:10: sample-get: wire.headers[0]: the character '€' (U+20AC) is not a byte; a header holds U+0000 to U+00FF, one for each byte`),
		Entry("a header with a line break", wireLine, `    wire: {headers: ["Origin: x\r\nX: y"]}`+"\n", cases.BadValue,
			`sample.yaml:10: sample-get: wire.headers[0]: "Origin: x\r\nX: y" has a line break; expected one raw field line; a folded one goes on with a blank`),
		Entry("headers as one string", wireLine, `    wire: {headers: "Origin: x"}`+"\n", cases.WrongType,
			`sample.yaml:10: sample-get: wire.headers is "Origin: x"; expected a list`),
		Entry("null without quotes", bothLines, "    request: {origin: null}\n    expect: {outcome: blocked}\n", cases.WrongType,
			`sample.yaml:10: sample-get: request.origin is null, which is YAML for nothing; expected a string (in quotes: "null")`),

		// Requests and what is expected of them
		Entry("no origin", bothLines, "    request: {}\n    expect: {outcome: allowed}\n", cases.MissingKey,
			`sample.yaml:10: sample-get: request.origin is missing; expected the origin of the page, such as "{{allowed}}"`),
		Entry("an origin that no page has", bothLines, "    request: {origin: https://App.example}\n    expect: {outcome: allowed}\n", cases.BadValue,
			`sample.yaml:10: sample-get: request.origin: "https://App.example" is not a serialised origin: its serialisation is "https://app.example"; expected an origin that a page can have, or "null"; a wire step can send any bytes`),
		Entry("a header line without a colon", bothLines, `    request: {origin: "{{allowed}}", headers: [X-A]}`+"\n    expect: {outcome: allowed}\n", cases.BadValue,
			`sample.yaml:10: sample-get: request.headers[0]: "X-A" is no header line; expected "Name: value"`),
		Entry("an unknown API", bothLines, `    request: {origin: "{{allowed}}", api: ajax}`+"\n    expect: {outcome: allowed}\n", cases.BadValue,
			`sample.yaml:10: sample-get: request.api is "ajax"; expected one of fetch, xhr, img, script, module, font, stylesheet, eventsource, beacon, canvas, video, audio, track, mask, shape, fetchlater, websocket, navigate`),
		Entry("a mode that is none", bothLines, `    request: {origin: "{{allowed}}", mode: nocors}`+"\n    expect: {outcome: allowed}\n", cases.BadValue,
			`sample.yaml:10: sample-get: request.mode is "nocors", did you mean "no-cors"?; expected one of cors, no-cors, same-origin`),
		Entry("what XMLHttpRequest cannot", bothLines, `    request: {origin: "{{allowed}}", api: xhr, redirect: manual}`+"\n    expect: {outcome: allowed}\n", cases.Conflict,
			`sample.yaml:10: sample-get: an XMLHttpRequest cannot have redirect: manual; expected api: fetch, or without it`),
		Entry("an upload listener of fetch", bothLines, `    request: {origin: "{{allowed}}", upload_listener: true}`+"\n    expect: {outcome: allowed}\n", cases.Conflict,
			`sample.yaml:10: sample-get: upload_listener is for XMLHttpRequest; expected api: xhr`),
		Entry("no outcome", bothLines, `    request: {origin: "{{allowed}}"}`+"\n    expect: {preflight: false}\n", cases.MissingKey,
			`sample.yaml:11: sample-get: expect.outcome is missing; expected one of allowed, blocked, type-error`),
		Entry("an outcome that is none", bothLines, `    request: {origin: "{{allowed}}"}`+"\n    expect: {outcome: alowed}\n", cases.BadValue,
			`sample.yaml:11: sample-get: expect.outcome is "alowed", did you mean "allowed"?; expected one of allowed, blocked, type-error`),
		Entry("an unknown reason", bothLines, `    request: {origin: "{{denied}}"}`+"\n    expect: {outcome: blocked, reasons: [kMissingAllowOriginHeader]}\n", cases.BadValue,
			`sample.yaml:11: sample-get: there is no reason "kMissingAllowOriginHeader", did you mean "MissingAllowOriginHeader"?; expected a reason code of package spec`),
		Entry("reasons of an allowed request", bothLines, `    request: {origin: "{{allowed}}"}`+"\n    expect: {outcome: allowed, reasons: [MissingAllowOriginHeader]}\n", cases.Conflict,
			`sample.yaml:11: sample-get: reasons stand beside outcome allowed; expected outcome: blocked`),
		Entry("a blocked request that is read", bothLines, `    request: {origin: "{{denied}}"}`+"\n    expect: {outcome: blocked, readable: [X-Resp]}\n", cases.Conflict,
			`sample.yaml:11: sample-get: a script reads nothing of a request that is blocked; expected type, status, readable, hidden, timing and body_contains only with outcome: allowed`),
		Entry("allowed, where the policy means blocked", bothLines, `    request: {origin: "{{denied}}"}`+"\n    expect: {outcome: allowed}\n", cases.BadIntent,
			`sample.yaml:11: sample-get: the case expects "allowed", but under the policy exact the request must be "blocked" (MissingAllowOriginHeader); expected that outcome; or intent: "skip: REASON"`),
		Entry("blocked, where the policy means allowed", bothLines, `    request: {origin: "{{allowed}}", method: PUT}`+"\n    expect: {outcome: blocked}\n", cases.BadIntent,
			`sample.yaml:11: sample-get: the case expects "blocked", but under the policy exact the request must be "allowed"; expected that outcome; or intent: "skip: REASON"`),

		// Predicates
		Entry("an unknown predicate", answerLine, "    answer: [{share: x}]\n", cases.UnknownKey,
			`sample.yaml:11: sample-get: unknown key "share" in answer[0], did you mean "shares"?; expected one of `+strings.Join(slices.Sorted(maps.Keys(each())), ", ")),
		Entry("two predicates in one item", answerLine, "    answer: [{shares: x, no_body: true}]\n", cases.Conflict,
			`sample.yaml:11: sample-get: answer[0] has shares and no_body; expected exactly one predicate; write the others as items of their own`),
		Entry("an empty item", answerLine, "    answer: [{}]\n", cases.MissingKey,
			`sample.yaml:11: sample-get: answer[0] says nothing; expected exactly one predicate`),
		Entry("an empty list", answerLine, "    answer: [{absent: []}]\n", cases.MissingKey,
			`sample.yaml:11: sample-get: answer[0] says nothing; expected exactly one predicate`),
		Entry("an empty alternative", answerLine, "    answer: [{any_of: [[{no_body: true}], []]}]\n", cases.MissingKey,
			`sample.yaml:11: sample-get: answer[0].any_of has an empty alternative; expected predicates`),
		Entry("a mistake within an alternative", answerLine, "    answer: [{any_of: [[{no_body: true}, {varies_or_static: 'a b'}]]}]\n", cases.BadValue,
			`sample.yaml:11: sample-get: answer[0].any_of[0][1]: "a b" is no field name; expected a name such as Access-Control-Allow-Origin`),
		Entry("if without then", answerLine, "    answer: [{if: [{no_body: true}]}]\n", cases.MissingKey,
			`sample.yaml:11: sample-get: answer[0] has if alone; expected if and then together`),
		Entry("a status that is none", answerLine, "    answer: [{status: 20x}]\n", cases.BadValue,
			`sample.yaml:11: sample-get: answer[0].status is "20x"; expected a status such as 200, 2xx, "not 5xx" or "<500"`),
		Entry("a field name that is none", answerLine, `    answer: [{absent: "X Y"}]`+"\n", cases.BadValue,
			`sample.yaml:11: sample-get: answer[0]: "X Y" is no field name; expected a name such as Access-Control-Allow-Origin`),
		Entry("a mapping for names", answerLine, "    answer: [{absent: {name: x}}]\n", cases.WrongType,
			`sample.yaml:11: sample-get: answer[0].absent is a mapping; expected a string or a list of strings`),
		Entry("an expression that is none", answerLine, "    answer: [{matches: {name: Vary, value: '('}}]\n", cases.BadValue,
			"sample.yaml:11: sample-get: answer[0]: error parsing regexp: missing closing ): `(`; expected a regular expression as RE2 has them"),
		Entry("a list without values", answerLine, "    answer: [{lists: {name: Vary}}]\n", cases.MissingKey,
			`sample.yaml:11: sample-get: answer[0] has no values; expected a list of elements under values`),
		Entry("same_as a step that is not there", answerLine, "    answer: [{same_as: first}]\n", cases.BadValue,
			`sample.yaml:11: sample-get: answer[0].same_as is "first", no step before has that name; expected the name of an earlier step that is not repeated (each)`),
		Entry("growth of nothing", answerLine, "    grow: {begin: 'X-A: '}\n"+answerLine, cases.MissingKey,
			`sample.yaml:11: sample-get: grow.unit is missing; expected what is repeated, such as ","`),
		Entry("growth of a line that does not begin", answerLine, "    grow: {unit: ','}\n"+answerLine, cases.MissingKey,
			`sample.yaml:11: sample-get: grow.begin is missing; expected how the field line begins: "Access-Control-Request-Headers: x"`),
		Entry("growth by lines that have a beginning", answerLine, "    grow: {unit: 'X-A: b', lines: true, begin: x}\n"+answerLine, cases.Conflict,
			`sample.yaml:11: sample-get: grow has lines and a beginning or an end; expected unit alone: a whole field line`),
		Entry("growth so many times", answerLine, "    grow: {begin: 'X-A: ', unit: a}\n    times: 3\n"+answerLine, cases.Conflict,
			`sample.yaml:11: sample-get: times or parallel stands beside grow; expected neither: how often is decided by what is measured`),

		// Templates
		Entry("a template that does not parse", wireLine, `    wire: {path: "/ok?{{allowed"}`+"\n", cases.BadTemplate,
			`sample.yaml:10: sample-get: wire.path: the template does not parse: unclosed action; expected a text/template with the functions that the documentation of package cases lists`),
		Entry("an unknown function", wireLine, `    wire: {path: "/ok?{{allow}}"}`+"\n", cases.BadTemplate,
			`sample.yaml:10: sample-get: wire.path: the template does not parse: there is no function "allow", did you mean "allowed"?; expected a text/template with the functions that the documentation of package cases lists`),
		Entry("a wrong argument", wireLine, `    wire: {path: "/ok?{{allowed \"x\"}}"}`+"\n", cases.BadTemplate,
			`sample.yaml:10: sample-get: wire.path: 1:14: executing "value" at <"x">: expected integer; found "x"`),
		Entry("no value under any policy", wireLine, `    wire: {path: "/ok?{{maxAge}}"}`+"\n", cases.BadTemplate,
			`sample.yaml:9: sample-get: the case applies to none of its policies: wire.path: {{maxAge}} has no value under the policy exact: it sets no max-age; expected a policy under which every template has a value`),
	)

	It("gives all of its mistakes", func() {
		_, err := loadGroup(strings.NewReplacer("level: must", "level: mist", "[exact]", "[exakt]", "wire:", "wires:").Replace(oneCase))
		var problems cases.Problems
		Expect(errors.As(err, &problems)).To(BeTrue())
		Expect(problems).To(HaveLen(3))
	})

	It("does not hang or fill the memory by aliases within aliases", func() {
		text := "x-0: &a0 {no_body: true}\n"
		for i := range 40 {
			text += fmt.Sprintf("x-%d: &a%d {any_of: [[*a%d, *a%d]]}\n", i+1, i+1, i, i)
		}
		_, err := loadGroup(text + strings.Replace(oneCase, answerLine, "    answer: [*a40]\n", 1))
		Expect(err).To(MatchError(ContainSubstring("nests too deeply, or is too large")))
	})
})
