package harness_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sync/errgroup"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/contract"
)

// A recorder takes what one command sends, over one connection, and answers
// each request when all its bytes are there.
type recorder struct{ net.Listener }

// take returns what came, at most a second after the last expected byte.
func (r recorder) take(want []string) (string, error) {
	c, err := r.Accept()
	if err != nil {
		return "", err
	}
	defer c.Close()
	var got strings.Builder
	buf, whole, answered := make([]byte, 64<<10), strings.Join(want, ""), 0
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	for {
		n, err := c.Read(buf)
		got.Write(buf[:n])
		for due := 0; answered < len(want); answered++ {
			due = len(strings.Join(want[:answered+1], ""))
			if got.Len() < due {
				break
			}
			end := "keep-alive"
			if answered == len(want)-1 {
				end = "close"
				_ = c.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
			}
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: %s\r\n\r\n", end)
		}
		if err != nil || got.Len() < len(whole) && !strings.HasPrefix(whole, got.String()) {
			return got.String(), nil
		}
	}
}

// netcat is nc for the test: bash can open a connection.
const netcat = "#!/bin/bash\nexec 3<>/dev/tcp/$1/$2\ncat >&3\ncat <&3\n"

var _ = Describe("the commands of reports", func() {
	It("send the same bytes as the suite did, for every case", func(ctx SpecContext) {
		for _, tool := range []string{"curl", "bash"} {
			if _, err := exec.LookPath(tool); err != nil {
				Skip(tool + " is not installed, so that no command can be tried")
			}
		}
		bin := GinkgoT().TempDir()
		Expect(os.WriteFile(filepath.Join(bin, "nc"), []byte(netcat), 0o755)).To(Succeed())
		groups := exchangesOfTable(ctx)
		GinkgoWriter.Println(len(groups), "shapes of commands")
		Expect(len(groups)).To(BeNumerically(">", 300))

		work := make(chan []agent.Exchange)
		var group errgroup.Group
		for range 3 {
			l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(l.Close)
			group.Go(func() error {
				var failed error
				for list := range work {
					if err := replay(ctx, recorder{l}, bin, list); err != nil && failed == nil {
						failed = err
					}
				}
				return failed
			})
		}
		for _, list := range groups {
			work <- list
		}
		close(work)
		Expect(group.Wait()).To(Succeed())
	}, SpecTimeout(4*time.Minute))
})

// replay runs the command for exchanges that shared a connection.
func replay(ctx context.Context, r recorder, bin string, list []agent.Exchange) error {
	port := regexp.MustCompile(`127\.0\.0\.1:\d+`)
	here := r.Addr().String()
	var want []string
	for i := range list {
		x := &list[i]
		text := port.ReplaceAllString(x.Bytes(), here)
		want = append(want, text)
	}
	commands := agent.Commands(list)
	if len(commands) != 1 {
		return fmt.Errorf("%d commands for one connection: %q", len(commands), commands)
	}
	text := port.ReplaceAllString(commands[0], here)
	text = regexp.MustCompile(`nc 127\.0\.0\.1 \d+`).ReplaceAllString(text, "nc "+strings.Replace(here, ":", " ", 1))
	cmd := exec.CommandContext(ctx, "bash", "-c", text)
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "http_proxy=", "HOME="+bin)
	done := make(chan string, 1)
	go func() {
		got, err := r.take(want)
		if err != nil {
			got = err.Error()
		}
		done <- got
	}()
	out, err := cmd.CombinedOutput()
	select {
	case got := <-done:
		if whole := strings.Join(want, ""); got != whole {
			return fmt.Errorf("%.600s\n sent    %.600q\n instead of %.600q", text, got, whole)
		}
		return nil
	case <-time.After(20 * time.Second):
		return fmt.Errorf("%.600s\nsent nothing: %v %s", text, err, out)
	}
}

// exchangesOfTable runs one check of each case against the reference server and
// gives what was sent over HTTP/1 in the clear, each shape once; requests that shared a
// connection stay together.
func exchangesOfTable(ctx context.Context) [][]agent.Exchange {
	table, err := cases.Load()
	Expect(err).NotTo(HaveOccurred())
	srv, err := contract.Start(ctx, contract.Options{Policies: table.Policies})
	Expect(err).NotTo(HaveOccurred())
	defer srv.Close()
	target := &harness.Target{Base: srv.URL, HeadBytes: 64 << 10}
	var checks []cases.Check
	seen := map[string]bool{}
	for _, c := range target.Expand(table) {
		if !seen[c.Case.ID] && c.NotApplicable == "" && c.Case.Via == "" {
			seen[c.Case.ID] = true
			checks = append(checks, c)
		}
	}
	sum, err := (&harness.Runner{Target: target, Checks: checks, KeepAll: true}).Run(ctx)
	Expect(err).NotTo(HaveOccurred())
	var groups [][]agent.Exchange
	shape := regexp.MustCompile(`/[a-z0-9-]+/|[?&=][a-z0-9]{8,}`) // the policy's name, a nonce
	shapes := map[string]bool{}
	for _, r := range sum.Results {
		for _, a := range r.Agents {
			for i := 0; i < len(a.Exchanges); {
				n := 1
				for i+n < len(a.Exchanges) && a.Exchanges[i+n].Connection != "" {
					n++
				}
				list := a.Exchanges[i : i+n]
				i += n
				text := shape.ReplaceAllString(strings.Join(agent.Commands(list), "\n"), "")
				if !strings.HasPrefix(list[0].URL, "http://127.0.0.1:") || shapes[text] {
					continue
				}
				shapes[text] = true
				groups = append(groups, list)
			}
		}
	}
	return groups
}
