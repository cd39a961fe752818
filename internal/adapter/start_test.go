package adapter_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/adapter"
)

var policies = []cases.Policy{
	{Name: "exact", Origins: []string{"https://app.example"}},
	{Name: "any-creds", Origins: []string{"*"}, Credentials: true, Unsafe: true},
	{Name: "regex", OriginRegexes: []string{`https://[a-z]+\.apps\.example`}},
}

// childOf is the process id that a fake wrote down, and "" before it did.
func childOf(cache string) string {
	data, _ := os.ReadFile(filepath.Join(cache, "child"))
	return strings.TrimSpace(string(data))
}

// alive says whether a process is there and more than a zombie.
func alive(pid string) bool {
	stat, err := exec.Command("ps", "-o", "stat=", "-p", pid).Output()
	return err == nil && !strings.HasPrefix(strings.TrimSpace(string(stat)), "Z")
}

// get returns the body of a page, which the fakes fill with their process id.
func get(url string) (pid string, err error) {
	answer, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	return string(body), err
}

var _ = Describe("Start", func() {
	var cache string
	BeforeEach(func() { cache = GinkgoT().TempDir() })

	start := func(ctx context.Context, manifest string) (*adapter.Instance, error) {
		return load(manifest).Start(ctx, adapter.Options{Policies: policies, Cache: cache, Ready: 20 * time.Second})
	}

	It("brings up a target that knows what is not expressible, refused and missing", func(ctx context.Context) {
		i, err := start(ctx, minimal("")+"not_expressible: {regex: no regular expressions}\nmissing: {panic: it dies}\nlimits: {head_bytes: 4096}\n")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(i.Stop)
		target := i.Target()
		Expect(target.Name).To(Equal("fake"))
		Expect(target.Policies).To(Equal(map[string]harness.PolicyState{
			"regex":     {Kind: harness.NotExpressible, Message: "no regular expressions"},
			"any-creds": {Kind: harness.Refused, Message: "any origin with credentials"},
		}))
		Expect(target.Missing).To(HaveKeyWithValue(cases.Part("panic"), "it dies"))
		Expect(target.HeadBytes).To(Equal(4096))
		Expect(get(target.Base + "/exact/ok")).To(MatchRegexp(`^\d+$`))
		Expect(i.Log()).To(BeAnExistingFile())
	})

	It("asks for a policy with an opt_in only if the manifest says how it is expressed", func(ctx context.Context) {
		plus := cases.Policy{Name: "plus", Path: "a+b", Origins: []string{"https://app.example"}, OptIn: "the router matches paths"}
		options := adapter.Options{Policies: []cases.Policy{policies[0], plus}, Cache: cache}
		i, err := load(minimal("")).Start(ctx, options)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(i.Stop)
		Expect(i.Target().Policies).To(HaveKeyWithValue("plus", harness.PolicyState{Kind: harness.NotExpressible, Message: "the router matches paths"}))

		i, err = load(minimal("")+"expressible: {plus: resources=}\n").Start(ctx, options)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(i.Stop)
		Expect(i.Target().Policies).NotTo(HaveKey("plus"))
	})

	It("gives the server, and the checks, the policies as the framework can say them", func(ctx context.Context) {
		asked := []cases.Policy{
			{Name: "exact", Origins: []string{"https://app.example"}, Methods: []string{"PUT"}},
			{Name: "any", Origins: []string{"*"}, Methods: []string{"PUT"}},
			{Name: "bare", Origins: []string{"https://app.example"}},
			{Name: "any-methods", Origins: []string{"https://app.example"}, Methods: []string{"*"}},
			{Name: "default", ZeroConfig: true},
		}
		manifest := minimal("") + "always:\n  methods: {value: ['*'], reason: it sends an asterisk}\n  credentials: {value: true, reason: it sends true}\nforbids: {any: no}\n"
		i, err := load(manifest).Start(ctx, adapter.Options{Policies: asked, Cache: cache})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(i.Stop)
		target := i.Target()
		Expect(target.Policies).To(HaveKeyWithValue("bare", harness.PolicyState{Kind: harness.NotExpressible, Message: "it sends an asterisk"}))
		Expect(target.Said).To(HaveLen(3))
		Expect(target.Said["exact"]).To(Equal(cases.Policy{Name: "exact", Origins: []string{"https://app.example"}, Methods: []string{"*"}, Credentials: true}))
		Expect(target.Said["any"].Unsafe).To(BeTrue(), "any origin with credentials")
		Expect(target.Said["any-methods"].Credentials).To(BeTrue())
		Expect(target.Always).To(Equal(map[string]string{"methods": "it sends an asterisk", "credentials": "it sends true"}))
		Expect(target.Forbids).To(HaveKey("any"))
	})

	It("starts one process for each policy when it must", func(ctx context.Context) {
		i, err := start(ctx, minimal("refuses")+"per_policy: true\n")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(i.Stop)
		target := i.Target()
		Expect(target.PolicyBase).To(And(HaveLen(2), HaveKey("exact"), HaveKey("regex")))
		Expect(target.Policies).To(Equal(map[string]harness.PolicyState{
			"any-creds": {Kind: harness.Refused, Message: "any origin with credentials"},
		}))
		exact, err := get(target.PolicyBase["exact"] + "/exact/ok")
		Expect(err).NotTo(HaveOccurred())
		Expect(get(target.PolicyBase["regex"] + "/regex/ok")).NotTo(Equal(exact))
	})

	It("says how a server that did not come up ended", func(ctx context.Context) {
		_, err := start(ctx, minimal("dies"))
		var failed *adapter.StartError
		Expect(err).To(MatchError(And(ContainSubstring("starting fake"), ContainSubstring("exit status 1"), ContainSubstring("the fake cannot go on"))))
		Expect(errors.As(err, &failed)).To(BeTrue())
		Expect(failed.Log).To(BeAnExistingFile())
	})

	It("takes 403 for an answer of a default, which may let in nobody, and not where an origin is allowed", func(ctx context.Context) {
		byDefault := cases.Policy{Name: "default", ZeroConfig: true}
		i, err := load(minimal("turns-away")).Start(ctx, adapter.Options{Policies: []cases.Policy{byDefault}, Cache: cache, Ready: 20 * time.Second})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(i.Stop)
		_, err = load(minimal("turns-away")).Start(ctx, adapter.Options{Policies: policies, Cache: cache, Ready: time.Second})
		Expect(err).To(MatchError(And(ContainSubstring("403"), ContainSubstring("/exact/ok"))))
	})

	It("serves a mistake when the application answers, and not the proxy before it", func(ctx context.Context) {
		m := load(minimal("") + "mistakes: {start: exec " + fake + " late}\n")
		i, err := m.StartMistake(ctx, os.Args[0], adapter.Options{Cache: cache, Ready: 20 * time.Second})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(i.Stop)
		answer, err := http.Get(i.Target().Endpoint)
		Expect(err).NotTo(HaveOccurred())
		Expect(answer.Body.Close()).To(Succeed())
		Expect(answer.StatusCode).To(Equal(http.StatusOK))
	})

	It("says what a server answers that breaks the contract", func(ctx context.Context) {
		_, err := load(minimal("wrong")).Start(ctx, adapter.Options{Policies: policies, Cache: cache, Ready: time.Second})
		Expect(err).To(MatchError(And(ContainSubstring("404"), ContainSubstring("/exact/ok"), ContainSubstring("https://app.example"))))
	})

	It("says so when nothing asked for is expressible", func(ctx context.Context) {
		m := load(minimal("") + "not_expressible: {exact: no lists}\n")
		_, err := m.Start(ctx, adapter.Options{Policies: policies[:1], Cache: cache})
		Expect(err).To(MatchError(ContainSubstring("none of the policies")))
	})

	It("stops waiting when it is told to", func(ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() {
			_, err := start(ctx, minimal("wrong"))
			ended <- err
		}()
		Eventually(filepath.Join(cache, "server.log")).Should(BeAnExistingFile())
		cancel()
		Eventually(ended).Should(Receive(MatchError(ContainSubstring("stopped"))))
	})

	DescribeTable("ends the whole group",
		func(ctx context.Context, mode string, end func(*adapter.Instance, context.CancelFunc)) {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			i, err := start(ctx, minimal(mode))
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(i.Stop)
			server, err := get(i.Target().Base + "/exact/ok")
			Expect(err).NotTo(HaveOccurred())
			end(i, cancel)
			Eventually(func() bool { return alive(server) }, 10*time.Second).Should(BeFalse())
			if child := childOf(cache); child != "" {
				Eventually(func() bool { return alive(child) }, 10*time.Second).Should(BeFalse())
			}
		},
		Entry("on Stop", "", func(i *adapter.Instance, _ context.CancelFunc) { Expect(i.Stop()).To(Succeed()) }),
		Entry("on Stop, twice", "", func(i *adapter.Instance, _ context.CancelFunc) {
			Expect(i.Stop()).To(Succeed())
			Expect(i.Stop()).To(Succeed())
		}),
		Entry("on Stop, with children", "parent", func(i *adapter.Instance, _ context.CancelFunc) { Expect(i.Stop()).To(Succeed()) }),
		Entry("on Stop, though it ignores SIGTERM", "stubborn", func(i *adapter.Instance, _ context.CancelFunc) { Expect(i.Stop()).To(Succeed()) }),
		Entry("when the context ends", "parent", func(_ *adapter.Instance, cancel context.CancelFunc) { cancel() }),
	)

	It("leaves nothing behind when its own process is killed", func(ctx context.Context) {
		dir := directory(minimal("parent"))
		// This test binary again, as a program that starts the adapter and waits.
		self := exec.CommandContext(ctx, os.Args[0])
		self.Env = append(os.Environ(), "CORSPROOF_TEST_HOST="+dir, "CORSPROOF_TEST_CACHE="+cache)
		self.Stderr = GinkgoWriter
		out, err := self.StdoutPipe()
		Expect(err).NotTo(HaveOccurred())
		Expect(self.Start()).To(Succeed())
		var server string
		_, err = fmt.Fscanln(out, &server)
		Expect(err).NotTo(HaveOccurred())
		child := childOf(cache)
		Expect(alive(server)).To(BeTrue())
		Expect(alive(child)).To(BeTrue())

		Expect(self.Process.Signal(syscall.SIGKILL)).To(Succeed())
		Expect(self.Wait()).NotTo(Succeed())
		Eventually(func() bool { return alive(server) || alive(child) }, 10*time.Second).Should(BeFalse())
	})
})

// init turns the test binary into the program that the last test kills.
func init() {
	dir := os.Getenv("CORSPROOF_TEST_HOST")
	if dir == "" {
		return
	}
	if err := host(dir, os.Getenv("CORSPROOF_TEST_CACHE")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func host(dir, cache string) error {
	m, err := adapter.Load(dir)
	if err != nil {
		return err
	}
	i, err := m.Start(context.Background(), adapter.Options{Policies: policies, Cache: cache})
	if err != nil {
		return err
	}
	pid, err := get(i.Target().Base + "/exact/ok")
	if err != nil {
		return err
	}
	if _, err := strconv.Atoi(pid); err != nil {
		return err
	}
	fmt.Println(pid)
	select {}
}
