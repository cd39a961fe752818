package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fatih/color"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/block"
)

// verdictOf is the verdict of a run in a sentence, wrapped.
func (p *Printer) verdictOf(r *Report) string {
	text, as := r.Verdict()
	return p.paint(strings.Join(block.Wrap(text, block.Columns), "\n"), map[agent.Verdict]color.Attribute{
		agent.VerdictPass: color.FgGreen, agent.VerdictFail: color.FgRed, agent.VerdictError: color.FgMagenta, agent.VerdictUndecided: color.FgYellow,
	}[as], color.Bold)
}

// Verdict is what came of a run: a sentence, and a word for its kind.
func (r *Report) Verdict() (string, agent.Verdict) {
	c := &r.Counts
	breaking := r.Breaking()
	switch {
	case len(breaking) > 0:
		return fmt.Sprintf("This server %s: %s.", does(breaking), r.explained(breaking)), agent.VerdictFail
	case r.Stopped != nil:
		return "The run was cut short, and nothing was found wrong until then.", agent.VerdictError
	case len(r.Troubled()) == 1:
		return "Nothing was found wrong, and not all can be said of one endpoint.", agent.VerdictError
	case len(r.Troubled()) > 0:
		return fmt.Sprintf("Nothing was found wrong, and not all can be said of %d endpoints.", len(r.Troubled())), agent.VerdictError
	case r.Baseline != nil && len(r.Baseline.Stale) > 0:
		return fmt.Sprintf("Nothing new was found wrong, and %s of the baseline %s out of date.", block.Count(len(r.Baseline.Stale), "entry"), map[bool]string{true: "is", false: "are"}[len(r.Baseline.Stale) == 1]), agent.VerdictFail
	case c.Error > 0 && c.Decided() == 0:
		return "Nothing can be said of this server: " + undone(c.Error) + ".", agent.VerdictError
	case c.Error > 0:
		return "Nothing was found wrong, and " + undone(c.Error) + ".", agent.VerdictError
	case c.Decided() == 0:
		return "Nothing can be said of this server: not one check was decided.", agent.VerdictUndecided
	case c.Known > 0:
		return fmt.Sprintf("Nothing new was found wrong: %s known.", map[bool]string{true: "1 check that fails is", false: fmt.Sprintf("%d checks that fail are", c.Known)}[c.Known == 1]), agent.VerdictPass
	case c.Warn > 0:
		return fmt.Sprintf("All right: nobody is locked out, and nobody is let in who should not be, as far as it was looked at; %s could be better.", thing(c.Warn)), agent.VerdictPass
	}
	says := map[bool]string{true: "each policy says", false: "the policy says"}[r.manyPolicies()]
	return fmt.Sprintf("All right: this server does what %s, as far as it was looked at.", says), agent.VerdictPass
}

func undone(n int) string {
	return block.Count(n, "check") + " could not be carried out"
}

func thing(n int) string {
	return block.Count(n, "thing")
}

// does says who is harmed, the gravest first; what no browser can send is told only where
// there is nothing else, and as that.
func does(list []Finding) string {
	sent := slices.DeleteFunc(slices.Clone(list), func(f Finding) bool { return !f.Sendable && len(f.Browser) == 0 })
	if len(sent) == 0 {
		return harms(list) + ", though only for requests that no browser sends"
	}
	return harms(sent)
}

// lenient is the cause of what browsers let pass, against the standard.
const lenient = "headers-star-authorization"

func harms(list []Finding) string {
	has := func(e agent.Effect) bool {
		return slices.ContainsFunc(list, func(f Finding) bool { return f.Effect == e })
	}
	var parts []string
	add := func(e agent.Effect, text string) {
		if has(e) {
			parts = append(parts, text)
		}
	}
	plain := slices.ContainsFunc(list, func(f Finding) bool { return f.Effect == agent.EffectLockedOut && f.Plain || f.LocksOut })
	switch {
	case plain && !slices.ContainsFunc(list, func(f Finding) bool {
		return (f.Effect == agent.EffectLockedOut || f.LocksOut) && (f.Cause != lenient || len(f.Browser) > 0)
	}):
		parts = append(parts, "allows less than the policy by the Fetch Standard (not in today's browsers)")
	case plain:
		parts = append(parts, "locks out pages that the policy allows")
	}
	add(agent.EffectLetIn, "lets in what the policy forbids")
	add(agent.EffectCacheUnsafe, "lets caches give one page the answer for another")
	if has(agent.EffectUnavailable) && !slices.ContainsFunc(list, func(f Finding) bool { return f.Effect == agent.EffectUnavailable && !f.Refused() }) {
		add(agent.EffectUnavailable, "answers with what clients refuse")
	} else if slices.ContainsFunc(list, func(f Finding) bool { return f.Effect == agent.EffectUnavailable && f.Unanswered() }) {
		add(agent.EffectUnavailable, "leaves requests without an answer")
	} else {
		add(agent.EffectUnavailable, "can be made to fail, or to take long, by one request")
	}
	if !plain {
		add(agent.EffectLockedOut, "blocks some requests that the policy allows")
	}
	if len(parts) == 0 {
		return "answers otherwise than the policy or the standards say"
	}
	return enumerate(parts)
}

func enumerate(parts []string) string {
	if len(parts) == 1 {
		return parts[0]
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

// explained says how many causes explain how many of the checks that failed.
func (r *Report) explained(breaking []Finding) string {
	causes, alone := 0, 0
	seen := map[string]bool{}
	for i := range breaking {
		if breaking[i].Cause == "" {
			alone++
			continue
		}
		causes++
		for _, id := range breaking[i].Explains {
			seen[id] = true
		}
	}
	n := 0
	for _, row := range r.Results {
		if row.Verdict == agent.VerdictFail && row.Known == "" && seen[row.ID] {
			n++
		}
	}
	verb := map[bool]string{true: "explains", false: "explain"}[causes == 1]
	switch {
	case causes == 0:
		return fmt.Sprintf("no known cause explains the %s", failed(r.Counts.Fail))
	case n == r.Counts.Fail && n == 1:
		return fmt.Sprintf("%s %s the one check that failed", block.Count(causes, "cause"), verb)
	case n == r.Counts.Fail:
		return fmt.Sprintf("%s %s all %s", block.Count(causes, "cause"), verb, failed(n))
	case alone > 0:
		rest, have := r.Counts.Fail-n, "have"
		if rest == 1 {
			have = "has"
		}
		return fmt.Sprintf("%s %s %d of the %s, and %d %s no known cause", block.Count(causes, "cause"), verb, n, failed(r.Counts.Fail), rest, have)
	}
	return fmt.Sprintf("%s %s %d of the %s", block.Count(causes, "cause"), verb, n, failed(r.Counts.Fail))
}

func failed(n int) string {
	if n == 1 {
		return "check that failed"
	}
	return fmt.Sprintf("%d checks that failed", n)
}
