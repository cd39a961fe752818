package diagnose_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
)

var _ = DescribeTable("What is wanted is said as people say it, not with the signs of case files",
	func(predicate, field, expected string, effect agent.Effect, want string) {
		x := seen(allowed, fields("Server", "x"))
		x.Status, x.Method = 200, "GET"
		s := agent.Symptom{Effect: effect, Predicate: predicate, Field: field, Expected: expected, Actual: "what came"}
		f := diagnose.Findings([]diagnose.Evidence{evidence("a", &list, x, s)}, nil, nil)[0]
		Expect(f.Wanted).To(Equal([]string{want}))
	},
	Entry(nil, "status", "", "<500 or 501", agent.EffectMalformed, "a status below 500 or 501"),
	Entry(nil, "status", "", "404 or 405", agent.EffectUnavailable, "404 or 405"),
	Entry(nil, "status", "", "2xx or 400", agent.EffectMalformed, "a status of 2xx or 400"),
	Entry(nil, "status", "", "not 3xx", agent.EffectMalformed, "any status but 3xx"),
	Entry(nil, "status", "", ">=300", agent.EffectMalformed, "a status of at least 300"),
	Entry(nil, "present", "Allow", "at least one field line", agent.EffectMalformed, "Allow: (a value)"),
	Entry(nil, "one_line", "Allow", "exactly one field line", agent.EffectMalformed, "one line Allow"),
	Entry(nil, "at_most_one_line", "Allow", "one field line or none", agent.EffectMalformed, "one line Allow at most"),
	Entry(nil, "absent", "Transfer-Encoding", "no such field line", agent.EffectLetIn, "(no Transfer-Encoding)"),
	Entry(nil, "matches", "Content-Type", "matches ^text/", agent.EffectMalformed, "Content-Type: (what matches ^text/)"),
	Entry(nil, "not_matches", "Set-Cookie", "does not match a=1", agent.EffectMalformed, "Set-Cookie: (what does not match a=1)"),
	Entry(nil, "matches", "Access-Control-Allow-Private-Network", "matches ^true$", agent.EffectMalformed, "(no Access-Control-Allow-Private-Network)"),
	Entry(nil, "not_matches", "Access-Control-Allow-Private-Network", "does not match ^true$", agent.EffectLetIn, "(no Access-Control-Allow-Private-Network)"),
	Entry(nil, "equals", "Access-Control-Allow-Private-Network", `one line with the value "true"`, agent.EffectLockedOut, "Access-Control-Allow-Private-Network: true"),
)
