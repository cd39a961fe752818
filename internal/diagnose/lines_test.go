package diagnose_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
	"github.com/corsproof/corsproof/spec"
)

var _ = Describe("The lists of a preflight", func() {
	It("allow what the whole check of the answer allows", func() {
		lists := []string{"", "*", "PUT", "put, GET", "authorization", "X-A, Authorization", "*, x-a", "PUT DELETE", "x-a;", ","}
		for _, mode := range []spec.CredentialsMode{spec.CredentialsSameOrigin, spec.CredentialsInclude} {
			for _, method := range []string{"GET", "PUT", "put", "PATCH"} {
				for _, names := range [][]string{nil, {"x-a"}, {"authorization"}, {"authorization", "x-a"}} {
					for _, m := range lists {
						for _, n := range lists {
							h := fields("Access-Control-Allow-Methods", m, "Access-Control-Allow-Headers", n)
							methods, headers := diagnose.ListsAllow(mode, method, names, h)
							reason, _ := spec.CheckPreflight(allowed, mode, method, names, 204, append(fields("Access-Control-Allow-Origin", allowed, "Access-Control-Allow-Credentials", "true"), h...))
							Expect(methods && headers).To(Equal(reason == ""), "%s %s %v: methods %q, headers %q: %s", mode, method, names, m, n, reason)
						}
					}
				}
			}
		}
	})

	It("are wanted with the names where * is none for what was asked, and never as they were received", func() {
		wanted := func(creds bool, parameter, field string) string {
			p := cases.Policy{Name: "p", Origins: []string{allowed}, Credentials: creds, Methods: []string{"*"}, RequestHeaders: []string{"*"}}
			x := asking("PUT, "+parameter, "Access-Control-Allow-Credentials", "true", "Access-Control-Allow-Methods", "*", "Access-Control-Allow-Headers", "*")
			reason := map[string]string{"Methods": "PreflightMethodDisallowedByPreflightResponse", "Headers": "PreflightHeaderDisallowedByPreflightResponse"}[field]
			all := []diagnose.Evidence{evidence("preflight", &p, x, agent.Symptom{Effect: agent.EffectLockedOut, Reason: reason, Asked: agent.Asked{Parameter: parameter, Credentials: creds}})}
			f := diagnose.Findings(all, nil, nil)[0]
			Expect(f.Received).To(Equal([]string{"Access-Control-Allow-" + field + ": *"}))
			Expect(f.Wanted).To(HaveLen(1))
			return strings.TrimPrefix(f.Wanted[0], "Access-Control-Allow-"+field+": ")
		}
		Expect(wanted(true, "PUT", "Methods")).To(Equal("PUT"))
		Expect(wanted(true, "x-a", "Headers")).To(Equal("x-a"))
		Expect(wanted(true, "authorization", "Headers")).To(Equal("authorization"))
		Expect(wanted(false, "authorization", "Headers")).To(Equal("*, authorization"))
	})

	It("are to be mended as well where an answer without the origin has them, and they do not allow what was asked for", func() {
		p := cases.Policy{Name: "p", Origins: []string{allowed}, Methods: []string{"PUT"}, RequestHeaders: []string{"Authorization"}}
		wanted := func(answer ...string) []string {
			x := agent.See(&agent.Exchange{Proto: "HTTP/1.1", Method: "OPTIONS", URL: "http://127.0.0.1:8080/ok", Status: 204, Response: fields(answer...),
				Request: fields("Origin", allowed, "Access-Control-Request-Method", "PUT", "Access-Control-Request-Headers", "authorization")}, false)
			all := []diagnose.Evidence{evidence("preflight", &p, x, agent.Symptom{Effect: agent.EffectLockedOut, Field: "Access-Control-Allow-Origin"})}
			return diagnose.Findings(all, nil, nil)[0].Wanted
		}
		const methods, headers = "Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: Authorization"
		Expect(wanted("Access-Control-Allow-Methods", "PUT", "Access-Control-Allow-Headers", "authorization")).NotTo(ContainElement(HavePrefix("Access-Control-Allow-Headers")))
		Expect(wanted("Access-Control-Allow-Methods", "PUT", "Access-Control-Allow-Headers", "*")).To(ContainElement(headers)) // * is not for authorization
		Expect(wanted("Access-Control-Allow-Methods", "PUT DELETE", "Access-Control-Allow-Headers", "authorization")).To(ContainElement(methods))
		Expect(wanted()).To(ContainElements(methods, headers))
	})
})
