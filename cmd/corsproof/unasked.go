package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/project"
	"github.com/corsproof/corsproof/internal/report"
	"github.com/corsproof/corsproof/internal/secret"
)

// signedIn are the fields by which a page is signed in, of those that go with its requests.
func signedIn(o *ask.Options) []string {
	if o == nil {
		return nil
	}
	var names []string
	for _, f := range o.Page {
		if secret.Named(f.Name) {
			names = append(names, f.Name)
		}
	}
	return names
}

// withoutLogin says that nothing was asked without what a person gave for a login; empty: nothing was given, or
// the server takes it for none.
func (r *singleRun) withoutLogin(rep *report.Report) string {
	names := signedIn(r.target.Requests)
	if len(names) == 0 || r.target.Declared == nil || rep.EndpointStatus >= 300 {
		return ""
	}
	return fmt.Sprintf("what is answered without %s, as when a login has expired, was not looked at. The same command without %s looks at it.",
		strings.Join(names, ", "), r.f.request.loginFlags())
}

// namesLogin tells whether the value of --header or --header-env may give a field of a login: it does, or is a file.
func namesLogin(text string) bool {
	name, _, _ := strings.Cut(strings.ReplaceAll(text, "=", ":"), ":")
	return strings.HasPrefix(name, "@") || secret.Named(strings.TrimSpace(name))
}

// loginFlags are the flags that may have given the fields of a login.
func (f *requestFlags) loginFlags() string {
	var list []string
	for _, e := range []struct {
		flag  string
		given bool
	}{
		{"--bearer-env", f.bearerEnv != ""}, {"--oauth2-bearer", f.bearer != ""}, {"--user-env", f.userEnv != ""}, {"--user", f.user != ""},
		{"--header-env", slices.ContainsFunc(f.headerEnv, namesLogin)}, {"--header", slices.ContainsFunc(f.headers, namesLogin)},
	} {
		if e.given {
			list = append(list, e.flag)
		}
	}
	return strings.Join(list, " and ")
}

// withoutLogin says which endpoint of a project is asked with a login alone; empty: none is, or some were left out
// on purpose.
func (r *projectRun) withoutLogin() string {
	if r.narrowed() {
		return ""
	}
	var names, fields []string
	for i := range r.plan.Jobs {
		j := &r.plan.Jobs[i]
		with := signedIn(j.Target.Requests)
		if len(with) == 0 || j.Status >= 300 || slices.ContainsFunc(r.plan.Jobs, func(o project.Job) bool {
			return address(o.Target) == address(j.Target) && len(signedIn(o.Target.Requests)) == 0
		}) {
			continue
		}
		if names = append(names, j.Name); fields == nil {
			fields = with
		}
	}
	if len(names) == 0 {
		return ""
	}
	which := names[0]
	if n := len(names) - 1; n > 0 {
		which += fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("%s: what is answered without %s, as when a login has expired, was not looked at. An endpoint with headers: {%s: \"\"} looks at it.", which, strings.Join(fields, ", "), fields[0])
}
