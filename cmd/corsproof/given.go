package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/spec"
)

// given announces what goes out with the requests because a person gave it, by name, and
// what of that a page could send only if a preflight lets it, which nobody stated.
func given(t *harness.Target) []string {
	o := t.Requests
	if o == nil {
		return nil
	}
	var parts []string
	add := func(names []string, where string) {
		if len(names) > 0 {
			parts = append(parts, strings.Join(names, ", ")+" "+where)
		}
	}
	add(fieldNames(o.Page), "(not in preflights)")
	add(fieldNames(o.Gate), "(in preflights too)")
	var cookies []string
	for _, c := range o.Cookies {
		cookies = append(cookies, "the cookie "+c.Name)
	}
	add(cookies, "(with credentials)")
	if o.Data != nil {
		parts = append(parts, fmt.Sprintf("%d bytes of content with %s", len(*o.Data), o.QuestionMethod()))
	}
	if len(parts) == 0 {
		return nil
	}
	lines := []string{"adds " + strings.Join(parts, "; ")}
	if names := unstated(t); len(names) > 0 {
		list := strings.Join(names, ", ")
		lines = append(lines, "not stated: that pages may send "+list+", so that no check demands it; --request-headers "+strings.Join(names, ",")+" does")
	}
	return lines
}

func fieldNames(list []ask.Field) []string {
	var names []string
	for _, f := range list {
		names = append(names, f.Name)
	}
	return names
}

// unstated are the given fields of a page that a preflight would ask for, and that the
// policy does not allow.
func unstated(t *harness.Target) []string {
	var names []string
	for _, f := range t.Requests.Page {
		stated := slices.ContainsFunc(t.Declared.RequestHeaders, func(h string) bool {
			return strings.EqualFold(h, f.Name) || h == "*" && !strings.EqualFold(f.Name, "Authorization")
		})
		if !stated && !spec.IsSafelistedRequestHeader(f.Name, f.Value) && !spec.IsForbiddenRequestHeader(f.Name, f.Value) {
			names = append(names, f.Name)
		}
	}
	return names
}
