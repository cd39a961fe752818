package learn

import (
	"context"
	"strings"

	"github.com/corsproof/corsproof/cases"
)

// Contract tells whether a server looks like one that serves the contract below a URL, by
// the first few of the policies; the error is one of the first request.
func Contract(ctx context.Context, opt Options, policies []cases.Policy) (bool, error) {
	const few = 3
	base := strings.TrimRight(opt.URL, "/")
	for i := range policies[:min(few, len(policies))] {
		opt.URL = base + "/" + policies[i].Mount() + "/ok"
		p := newProbe(opt)
		resp, err := p.ask(ctx, "GET")
		p.sender.Close()
		if err != nil {
			return false, err
		}
		if resp.Header.Has("X-App") || resp.Header.Has("X-Refused") {
			return true, nil
		}
	}
	return false, nil
}
