package adapter_test

import (
	"context"
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/adapter"
)

var _ = Describe("CheckContract", func() {
	table, err := cases.Load()
	if err != nil {
		panic(err)
	}
	check := func(ctx context.Context, manifest string, policies []cases.Policy) ([]adapter.Finding, error) {
		GinkgoHelper()
		i, err := load(manifest).Start(ctx, adapter.Options{Policies: policies, Cache: GinkgoT().TempDir(), Patience: time.Second})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(i.Stop)
		return i.CheckContract(ctx, policies)
	}
	find := func(ctx context.Context, manifest string) []adapter.Finding {
		GinkgoHelper()
		findings, err := check(ctx, manifest, table.Policies)
		Expect(err).NotTo(HaveOccurred())
		return findings
	}
	kind := func(k adapter.FindingKind, more ...types.GomegaMatcher) types.GomegaMatcher {
		return And(append([]types.GomegaMatcher{HaveField("Kind", k)}, more...)...)
	}

	It("finds nothing wrong with the reference server", func(ctx context.Context) {
		findings := find(ctx, minimal("faithful"))
		Expect(findings).To(HaveEach(HaveField("Kind", adapter.Routing)))
		Expect(findings).To(ContainElement(And(HaveField("Request", HavePrefix("/ /ok /nopolicy/ok /EXACT/ok ")), HaveField("Got", "404 Not Found, no handler"))))
	})

	It("tells what a server answers instead of what the contract wants, once for all policies", func(ctx context.Context) {
		findings := find(ctx, minimal(""))
		Expect(findings).To(ContainElement(kind(adapter.Breach,
			HaveField("Request", "GET /POLICY/secret"),
			HaveField("Policies", And(ContainElements("exact", "empty", "default"), Not(ContainElement("any-creds")))),
			HaveField("Want", ContainSubstring("401")),
			HaveField("Got", ContainSubstring("200 OK, X-App: ok")),
		)))
	})

	It("leaves out what the manifest calls missing", func(ctx context.Context) {
		findings := find(ctx, minimal("")+"missing: {secret: it has no authentication}\n")
		Expect(findings).NotTo(ContainElement(HaveField("Request", ContainSubstring("/secret"))))
		Expect(findings).To(ContainElement(HaveField("Request", ContainSubstring("/panic"))))
	})

	DescribeTable("tells the CORS layer's own refusals from what the adapter gets wrong",
		func(ctx context.Context, mode string, kindOf adapter.FindingKind, request, got string) {
			findings := find(ctx, minimal(mode))
			Expect(findings).To(ContainElement(kind(kindOf, HaveField("Request", HavePrefix(request)), HaveField("Got", ContainSubstring(got)))))
			if kindOf == adapter.Refusal {
				Expect(adapter.Breaches(findings)).To(BeEmpty())
			} else {
				Expect(adapter.Breaches(findings)).To(HaveLen(1))
			}
		},
		Entry("a method that is refused to a page", "refuses-post", adapter.Refusal, "POST /POLICY/ok", "without one it is what the contract wants"),
		Entry("whoever names no origin", "wants-origin", adapter.Refusal, "GET /POLICY/ok, POST /POLICY/ok, DELETE /POLICY/ok, GET /POLICY/options, PUT /POLICY/echo, GET /POLICY/respond, GET /POLICY/panic, "+
			"GET /POLICY/count, POST /POLICY/count, GET /POLICY/count/read, GET /POLICY/secret, POST /POLICY/post-only, GET /POLICY/post-only, GET /POLICY/stream, GET /POLICY/nope", "without Origin the server answers 403 Forbidden, no X-App"),
		Entry("whoever names no origin, where nobody is allowed", "wants-origin", adapter.Refusal, "", "names nobody"),
		Entry("a failure, which is not a refusal", "fails-origin", adapter.Breach, "PUT /POLICY/echo", "500 Internal Server Error"),
		Entry("wrong content for a page", "wrong-origin", adapter.Breach, "GET /POLICY/stream", `"ba"`),
	)

	DescribeTable("shows the end of the log of a server that is gone",
		func(ctx context.Context, mode, at, why, end string) {
			_, err := check(ctx, minimal(mode), policies[:1])
			died, ok := errors.AsType[*adapter.DeathError](err)
			Expect(ok).To(BeTrue(), "%v", err)
			Expect(died.Request).To(Equal(at))
			Expect(died.Log).To(BeAnExistingFile())
			Expect(died).To(MatchError(And(ContainSubstring(why), ContainSubstring(end))))
		},
		Entry("it ended", "dies-of-panic", "GET /exact/panic", "fake ended at GET /exact/panic: exit status 2", "panic: the handler panics"),
		Entry("it hangs", "hangs", "GET /exact/nope", "fake stopped answering", "waiting for the moon"),
	)

	It("asks the endpoint of WebSocket that the manifest states", func(ctx context.Context) {
		Expect(adapter.Breaches(find(ctx, minimal("faithful")+"websocket: /websocket\n"))).To(BeEmpty())
		Expect(adapter.Breaches(find(ctx, minimal("faithful")+"websocket: /ok\n"))).To(ConsistOf(
			And(HaveField("Request", "GET /POLICY/ok"), HaveField("Got", ContainSubstring("200 OK, X-App: ok"))),
		))
	})

	It("finds what is shared below no policy", func(ctx context.Context) {
		breaches := adapter.Breaches(find(ctx, minimal("shares-all")))
		Expect(breaches).To(ConsistOf(
			And(HaveField("Request", "/"), HaveField("Got", ContainSubstring("lets that origin see it"))),
			And(HaveField("Request", "/nopolicy/ok"), HaveField("Got", ContainSubstring("https://app.example"))),
		))
	})

	It("leaves a process of one policy its CORS layer before all paths", func(ctx context.Context) {
		findings, err := check(ctx, minimal("shares-all")+"per_policy: true\n", policies[:1])
		Expect(err).NotTo(HaveOccurred())
		Expect(adapter.Breaches(findings)).To(BeEmpty())
		Expect(findings).To(ContainElement(kind(adapter.Routing, HaveField("Request", HavePrefix("/ /nopolicy/ok")), HaveField("Got", "404 Not Found, no handler, shared"))))
	})

	It("tells what a router makes of odd paths, and blames nobody for it", func(ctx context.Context) {
		findings := find(ctx, minimal("folds"))
		Expect(adapter.Breaches(findings)).To(BeEmpty())
		Expect(findings).To(ContainElements(
			kind(adapter.Routing, HaveField("Request", HavePrefix("/EXACT/ok")), HaveField("Got", "200 OK of handler ok, shared")),
			kind(adapter.Routing, HaveField("Request", "//exact/ok /exact//ok"), HaveField("Got", "301 Moved Permanently to /exact/ok")),
		))
	})
})
