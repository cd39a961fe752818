package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/corsproof/corsproof/browser"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/browsers"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/relay"
)

// openAgents returns Chrome, depending on --browser; the model is always used. Chrome
// sends what was stated of the requests, o, through a relay. The note says what is left
// out without a browser; stop ends what was started.
func openAgents(ctx context.Context, mode, chrome string, o *ask.Options) (agents []agent.Agent, note string, stop func(), err error) {
	stop = func() {}
	switch mode {
	case "none":
		return nil, "", stop, nil
	case "auto", "chrome":
	default:
		return nil, "", stop, usage(fmt.Errorf("--browser %q is not one of auto, chrome and none", mode))
	}
	opt, between, err := browserOptions(chrome, o)
	if err != nil {
		return nil, "", stop, &status{code: exitBrowser, err: err, hints: []string{"--browser none runs without a browser"}}
	}
	b, err := browser.Start(ctx, opt)
	if err == nil {
		return []agent.Agent{b}, "", func() { _ = b.Close(); between() }, nil
	}
	between()
	var missing *browser.MissingError
	if mode == "auto" && chrome == "" && errors.As(err, &missing) {
		return nil, "no Chrome or Chromium here: decided by the model alone (" + missing.Hint() + ")", stop, nil
	}
	if ctx.Err() != nil {
		return nil, "", stop, nothingLost()
	}
	return nil, "", stop, &status{code: exitBrowser, err: err, hints: []string{"--browser none runs without a browser"}}
}

// browserOptions say which browser, and how it sends requests; stop ends the relay, if
// there is one.
func browserOptions(chrome string, o *ask.Options) (opt browser.Options, stop func(), err error) {
	opt, stop = browser.Options{Path: chrome, Local: o == nil || o.Limits != nil}, func() {}
	if strings.Contains(chrome, "://") {
		opt.Path, opt.Remote = "", chrome
	}
	if o == nil {
		return opt, stop, nil
	}
	opt.IgnoreCertificateErrors = o.Insecure
	for _, c := range o.Cookies {
		opt.Cookies = append(opt.Cookies, browser.Cookie{URL: o.Scope, Name: c.Name, Value: c.Value})
	}
	if !o.Adds() && !o.Detours() && !browsers.Limited(o) {
		opt.Hosts = []string{origin.Host(o.Scope)}
		return opt, stop, nil
	}
	if u, err := url.Parse(opt.Remote); opt.Remote != "" && (err != nil || !origin.Loopback(u.Hostname())) {
		return opt, stop, errors.New("a browser on another machine cannot be held to what the flags state of the requests, nor to the limits for servers that are not on this machine")
	}
	between, err := relay.Start(o, opt.Remote != "")
	if err != nil {
		return opt, stop, err
	}
	opt.Proxy, opt.Local, opt.Paced = between.URL(), false, true
	opt.IgnoreCertificateErrors = opt.IgnoreCertificateErrors || between.EndsTLS()
	return opt, func() { _ = between.Close() }, nil
}

// infos names what decides the checks: the model and the agents.
func infos(agents []agent.Agent) []harness.AgentInfo {
	list := []harness.AgentInfo{{Name: agent.NameModel, Version: "model of the Fetch Standard"}}
	for _, a := range agents {
		list = append(list, harness.AgentInfo{Name: a.Name(), Version: a.Version()})
	}
	return list
}
