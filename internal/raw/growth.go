package raw

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/judge"
	"github.com/corsproof/corsproof/internal/record"
	"github.com/corsproof/corsproof/internal/wire"
)

// This file makes the requests of a step that grows (cases.Grow) and takes
// their times; growth_judge.go decides what the times mean.

const (
	// fewUnits make the short request, beside which longer ones are seen.
	fewUnits = 10
	// firstBytes of growth are tried first, then twice as many each time.
	firstBytes = 128
	// unknownHead is how far the head grows, in bytes, where the server's limit is
	// not known: the limit of Go's net/http, the largest default in wide use.
	unknownHead = 1 << 20
	// slowEnough ends the growth: an answer that takes so long can be judged, and
	// longer requests would only keep the machine busy.
	slowEnough = 250 * time.Millisecond
	// mostSpent bounds how long answers are waited for in all. To find growth takes about 20 s; a
	// server that takes seconds for each answer, now and then, would keep us for half an hour.
	mostSpent = time.Minute
)

// errSpent: mostSpent is over.
var errSpent = errors.New("times could not be taken within " + mostSpent.String())

// nobodys is the beginning of a field that nothing asks for: what the server
// takes for the same bytes there is not the cost of what it does with a field.
const nobodys = "X-Nothing-Asks-For-This:"

// growth measures one step.
type growth struct {
	grow *cases.Grow
	most int // units that fit into the head; the server may take fewer
	// asks sends the request with n units behind begin (with lines: in fields that
	// begin so, or in those of the step where it is empty). The error is a *lostError.
	asks func(begin string, n int) (agent.Exchange, error)
	// compute does work of our own that takes so long at least: compute, or a test's.
	compute func(time.Duration) time.Duration

	base time.Duration    // least time of the short request
	kept []agent.Exchange // the short one, then one of each length that the server took
	// refused are the answers to heads that were too long for it.
	refused []agent.Exchange
	lost    error
	broken  string // why measuring came to an end
	spent   time.Duration
	late    bool // more than mostSpent
}

// growing performs a step that grows.
func (w *Run) growing(ctx context.Context, step *cases.Step) (judge.Performed, error) {
	conn, err := w.connection(ctx, step.Wire)
	if err != nil {
		return judge.Performed{Step: step}, err
	}
	w.conn = conn
	defer w.Close()
	g := growth{grow: step.Grow, asks: w.asker(ctx, conn, step), compute: compute}
	g.most = w.mostUnits(step)
	done := judge.Performed{Step: step}
	done.Measured, done.Undecided = g.run()
	done.Exchanges = g.exchanges()
	return done, g.lost
}

// exchanges are what the predicates are checked against, those to be shown first:
// the short one, the longest that the server took, and the first that it did not.
func (g *growth) exchanges() []agent.Exchange {
	list := slices.Clone(g.kept)
	if n := len(list); n > 2 {
		list[1], list[n-1] = list[n-1], list[1]
	}
	return slices.Insert(list, min(2, len(list)), g.refused...)
}

// mostUnits is how often the unit fits into the largest head that the server
// is declared to take.
func (w *Run) mostUnits(step *cases.Step) int {
	req, _ := w.request(step.Wire)
	room := w.HeadBytes
	if room == 0 {
		room = unknownHead
	}
	room -= len(req.Method) + len(req.Target) + len("  HTTP/1.1\r\n\r\n")
	for _, line := range req.Lines {
		room -= len(line) + len("\r\n")
	}
	unit := len(step.Grow.Unit)
	if step.Grow.Lines {
		unit += len("\r\n")
	} else {
		room -= len(step.Grow.Begin) + len(step.Grow.End) + len("\r\n")
	}
	return max(room, 0) / unit
}

// asker sends the step's request over a connection. What it returns does not
// hold the grown lines themselves, which may have a million bytes each.
func (w *Run) asker(ctx context.Context, conn *wire.Conn, step *cases.Step) func(string, int) (agent.Exchange, error) {
	plain, url := w.request(step.Wire)
	made := map[agent.Grown]*wire.Request{}
	return func(begin string, n int) (agent.Exchange, error) {
		part := agent.Grown{Begin: begin, Unit: step.Grow.Unit, Times: n, End: step.Grow.End, Lines: step.Grow.Lines}
		if part.Lines && begin != "" {
			_, value, _ := strings.Cut(part.Unit, ":")
			part.Begin, part.Unit = "", begin+value
		}
		req := made[part]
		if req == nil {
			whole := *plain
			whole.MaxHead = unknownHead // it may give back what it got
			whole.Lines = append(whole.Lines[:len(whole.Lines):len(whole.Lines)], part.FieldLines()...)
			req = &whole
			made[part] = req
		}
		if err := w.admit(ctx, req); err != nil {
			return agent.Exchange{}, err
		}
		ctx, cancel := wire.Within(ctx, w.Timeout)
		defer cancel()
		start := time.Now()
		a := conn.Do(ctx, req)[0]
		ex := record.New(url, plain, a)
		ex.Grown = &part
		record.Elapsed(&ex, start)
		if a.Err != nil && (wire.Unusable(a.Err.Kind) || a.Err.Kind == wire.Unsendable) {
			return ex, &lostError{a.Err.Kind, a.Err}
		}
		return ex, nil
	}
}

// ask is asks while there is time; the error may be errSpent too.
func (g *growth) ask(begin string, n int) (agent.Exchange, error) {
	if g.spent > mostSpent {
		g.late = true
		return agent.Exchange{}, errSpent
	}
	ex, err := g.asks(begin, n)
	g.spent += ex.Elapsed
	return ex, err
}

// control is the beginning of the line whose bytes nothing asks for. What
// follows the colon is the same: blanks behind a letter are part of the value, blanks
// in front of it are taken off, and servers have other work with them.
func (g *growth) control() string {
	if g.grow.Beside != "" {
		return g.grow.Beside
	}
	_, value, _ := strings.Cut(g.grow.Begin, ":")
	return nobodys + value
}

// run measures, and gives what does not hold or why that cannot be told.
func (g *growth) run() (failures []agent.Symptom, undecided string) {
	short, ok := g.least(g.grow.Begin, fewUnits, 3)
	switch {
	case !ok && g.late:
		return nil, g.interrupted()
	case !ok:
		if g.lost == nil {
			failures = append(failures, agent.Symptom{What: "the server answers the short request", Expected: "a complete HTTP response", Actual: g.broken, Silent: true})
		}
		return failures, ""
	}
	g.base = short
	n, long := g.lengthen()
	switch {
	case g.late:
		return nil, g.interrupted()
	case g.lost != nil || n == 0:
		return nil, ""
	}
	if g.grow.Beside != "" {
		return g.judgeCost(n, long)
	}
	return g.judgeGrowth(n, long)
}

// lengthen doubles the request until the server does not take more, or takes
// long enough: the greatest number of units, 0 for none, and its least time.
func (g *growth) lengthen() (n int, took time.Duration) {
	next := max(firstBytes/len(g.grow.Unit), 2*fewUnits)
	for n < g.most {
		next = min(next, g.most)
		t, ok := g.try(next)
		if !ok {
			return g.closer(n, next, took)
		}
		n, took = next, t
		if took >= slowEnough {
			return n, took
		}
		next *= 2
	}
	return n, took
}

// closer looks for the server's limit between what it took and what it did not.
func (g *growth) closer(taken, refused int, took time.Duration) (int, time.Duration) {
	for _, sixteenths := range []int{15, 13, 11, 9} {
		n := refused / 16 * sixteenths
		if g.lost != nil || g.late || n <= taken {
			break
		}
		if t, ok := g.try(n); ok {
			return n, t
		}
	}
	return taken, took
}

// try sends the request with n units and keeps the exchange. ok is false when
// the server does not take so many. What was slow is asked again, for the least time.
func (g *growth) try(n int) (least time.Duration, ok bool) {
	ex, err := g.ask(g.grow.Begin, n)
	if err == nil && ex.ErrorKind == string(wire.Timeout) {
		ex, err = g.ask(g.grow.Begin, n) // it may have been the machine
	}
	switch {
	case errors.Is(err, errSpent):
		return 0, false
	case err != nil:
		g.lost = err
	case ex.ErrorKind == string(wire.TooLarge): // it gives back so much that we do not read it
		return 0, false
	case !g.taken(&ex):
		g.refused = append(g.refused, ex)
		return 0, false
	}
	g.kept = append(g.kept, ex)
	if err != nil {
		return 0, false
	}
	least = ex.Elapsed
	if least-g.base > growthFloor {
		again, ok := g.least(g.grow.Begin, n, 2)
		if !ok {
			return 0, false
		}
		least = min(least, again)
	}
	return least, true
}

// taken tells whether the server took the longer head: it answered, and not
// with a refusal that the short one did not get.
func (g *growth) taken(ex *agent.Exchange) bool {
	if !ex.Answered() {
		return false
	}
	switch ex.Status {
	case 400, 413, 414, 431, 494:
		return ex.Status == g.kept[0].Status
	}
	return ex.Status < 500 || ex.Status == g.kept[0].Status
}

// least is the least time of several requests with n units behind begin, as
// what else the machine does can only make a request longer. ok is false when one was not
// answered; broken says why.
func (g *growth) least(begin string, n, times int) (least time.Duration, ok bool) {
	for i := range times {
		ex, err := g.ask(begin, n)
		if err == nil && ex.ErrorKind == string(wire.Timeout) {
			ex, err = g.ask(begin, n) // it may have been the machine, as the server took this length
		}
		if len(g.kept) == 0 {
			g.kept = append(g.kept, ex)
		}
		switch {
		case errors.Is(err, errSpent):
			return 0, false
		case err != nil:
			g.lost, g.broken = err, err.Error()
			return 0, false
		case !ex.Answered():
			g.broken = ex.Error
			return 0, false
		case i == 0 || ex.Elapsed < least:
			least = ex.Elapsed
		}
	}
	return least, true
}

// together is the time of several requests, one behind the other, with n units each.
func (g *growth) together(n, times int) (sum time.Duration, ok bool) {
	for range times {
		t, ok := g.least(g.grow.Begin, n, 1)
		if !ok {
			return 0, false
		}
		sum += t
	}
	return sum, true
}
