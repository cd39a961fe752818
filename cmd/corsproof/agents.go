package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/corsproof/corsproof/browser"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
)

// openAgents returns Chrome, depending on --browser; the model is always used. The
// note says what is left out without a browser.
func openAgents(ctx context.Context, mode, chrome string) (agents []agent.Agent, note string, err error) {
	switch mode {
	case "none":
		return nil, "", nil
	case "auto", "chrome":
	default:
		return nil, "", usage(fmt.Errorf("--browser %q is not one of auto, chrome and none", mode))
	}
	b, err := browser.Start(ctx, browser.Options{Path: chrome})
	if err == nil {
		return []agent.Agent{b}, "", nil
	}
	var missing *browser.MissingError
	if mode == "auto" && chrome == "" && errors.As(err, &missing) {
		return nil, "no Chrome or Chromium here: decided by the model alone (" + missing.Hint() + ")", nil
	}
	if ctx.Err() != nil {
		return nil, "", &status{code: exitUsage, err: errors.New("interrupted before anything was measured")}
	}
	return nil, "", &status{code: exitBrowser, err: err, hints: []string{"--browser none runs without a browser"}}
}

// openAgentsFor is openAgents for a target. What a person states of the requests is
// sent on the wire alone.
func openAgentsFor(ctx context.Context, target *harness.Target, mode, chrome string) (agents []agent.Agent, note string, err error) {
	if o := target.Requests; mode != "none" && (o.Adds() || o.Detours() || o != nil && len(o.Cookies) > 0) {
		if mode == "chrome" {
			return nil, "", usage(errors.New("Chrome cannot send the requests that the flags state"), "--browser none: decided by the model alone")
		}
		return nil, "decided by the model alone: Chrome cannot send the requests that the flags state", nil
	}
	return openAgents(ctx, mode, chrome)
}

func closeAgents(agents []agent.Agent) {
	for _, a := range agents {
		_ = a.Close()
	}
}

// infos names what decides the checks: the model and the agents.
func infos(agents []agent.Agent) []harness.AgentInfo {
	list := []harness.AgentInfo{{Name: agent.NameModel, Version: "model of the Fetch Standard"}}
	for _, a := range agents {
		list = append(list, harness.AgentInfo{Name: a.Name(), Version: a.Version()})
	}
	return list
}
