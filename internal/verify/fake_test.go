package verify_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/verify"
	"github.com/corsproof/corsproof/spec"
)

// fakeBrowser performs jobs over real sockets as an engine would.
type fakeBrowser struct {
	engine  spec.Engine
	without []string
	alter   func(*agent.Outcome)          // what it reports wrongly
	fail    func(job string, n int) error // n counts the tries of a job's path
	jobs    int
}

func (*fakeBrowser) Name() string                 { return "fake" }
func (*fakeBrowser) Version() string              { return "fake 1" }
func (*fakeBrowser) Engine() spec.Engine          { return spec.EngineChromium }
func (*fakeBrowser) Can(agent.Job) (bool, string) { return true, "" }
func (*fakeBrowser) Close() error                 { return nil }

func (b *fakeBrowser) Perform(ctx context.Context, jobs []agent.Job, done func(agent.JobResult)) error {
	for _, j := range jobs {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		b.jobs++
		if b.fail != nil {
			if err := b.fail(j.ID, b.jobs); err != nil {
				done(agent.JobResult{ID: j.ID, Err: err})
				continue
			}
		}
		res := agent.JobResult{ID: j.ID}
		cache := new(spec.PreflightCache)
		var now time.Duration
		for _, s := range j.Steps {
			if s.Before != nil {
				s.Before()
			}
			now += s.After // a browser would wait
			f := spec.Begin(s.Request.Spec(s.URL), spec.Options{Engine: b.engine, Without: b.without, Cache: cache, Now: now})
			for a := f.Next(); a.Kind != spec.ActionDone; a = f.Next() {
				resp, err := roundTrip(a, s.Request.Cache)
				if err != nil {
					return err
				}
				f.Deliver(resp)
			}
			o := agent.Outcome{Outcome: f.Outcome()}
			o.Redirected = len(o.Hops) > 1
			if b.alter != nil {
				b.alter(&o)
			}
			res.Steps = append(res.Steps, agent.StepOutcomes{o})
		}
		done(res)
	}
	return nil
}

// roundTrip sends an action byte for byte, with what the cache mode adds to an
// actual request, and reads the answer byte for byte.
func roundTrip(a spec.Action, cacheMode string) (spec.Response, error) {
	u, err := url.Parse(a.URL)
	if err != nil {
		return spec.Response{}, err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s HTTP/1.1\r\nHost: %s\r\n", a.Method, u.RequestURI(), u.Host)
	if a.Credentials {
		text.WriteString("Sec-Fetch-Storage-Access: active\r\n")
	}
	if a.Kind == spec.ActionRequest {
		a.Header = verify.WithCacheFields(a.Header, cacheMode)
	}
	for _, f := range a.Header {
		text.WriteString(f.Name + ": " + f.Value + "\r\n")
	}
	text.WriteString("Connection: close\r\n\r\n")
	_, resp, _, err := talk(u.Host, text.String())
	return resp, err
}

// talk sends one request as it stands and takes the answer apart.
func talk(host, request string) (line string, resp spec.Response, body string, err error) {
	c, err := net.Dial("tcp", strings.Replace(host, "localhost", "127.0.0.1", 1))
	if err != nil {
		return "", resp, "", err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	if _, err := c.Write([]byte(request)); err != nil {
		return "", resp, "", err
	}
	return readAnswer(bufio.NewReader(c), strings.HasPrefix(request, http.MethodHead+" "))
}

func readAnswer(br *bufio.Reader, head bool) (line string, resp spec.Response, body string, err error) {
	if line, err = br.ReadString('\n'); err != nil {
		return line, resp, "", err
	}
	if _, err := fmt.Sscanf(line, "HTTP/1.1 %d", &resp.Status); err != nil {
		return line, resp, "", err
	}
	n := 0
	for {
		l, err := br.ReadString('\n')
		if err != nil {
			return line, resp, "", err
		}
		if l == "\r\n" {
			break
		}
		name, value, ok := strings.Cut(strings.TrimSuffix(l, "\r\n"), ": ")
		if !ok {
			return line, resp, "", errors.New("field line " + l)
		}
		resp.Header = append(resp.Header, spec.Field{Name: name, Value: value})
		if strings.EqualFold(name, "Content-Length") {
			_, _ = fmt.Sscan(value, &n)
		}
	}
	if head || resp.Status == 204 || resp.Status == 304 {
		return line, resp, "", nil
	}
	b := make([]byte, n)
	for i := range b {
		if b[i], err = br.ReadByte(); err != nil {
			return line, resp, "", err
		}
	}
	return line, resp, string(b), nil
}
