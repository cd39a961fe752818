// The fake adapter of the tests: it answers as the contract says, or misbehaves
// as its argument says.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/reference/mutants"
)

type policy struct {
	Name   string `json:"name"`
	Unsafe bool   `json:"unsafe"`
}

func main() {
	mode := ""
	if len(os.Args) > 1 {
		mode = os.Args[1]
	}
	if err := run(mode); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(mode string) error {
	if mode == "late" {
		return late()
	}
	data, err := os.ReadFile(os.Getenv("CORSPROOF_POLICIES"))
	if err != nil {
		return err
	}
	var policies []policy
	if err := json.Unmarshal(data, &policies); err != nil {
		return err
	}
	if wrap, ok := around[mode]; ok {
		return reshaped(data, wrap, os.Args[2:])
	}
	switch mode {
	case "dies":
		return fmt.Errorf("the fake cannot go on")
	case "refuses": // as a server that only holds one policy
		if policies[0].Unsafe {
			return fmt.Errorf("configuring\nrefused: any origin with credentials")
		}
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
	case "genuine": // the reference server, which serves the whole contract; or the mutant of that name
		return genuine(data, os.Args[2:])
	case "parent": // has a child that would outlive it
		child := exec.Command("sleep", "600")
		if err := child.Start(); err != nil {
			return err
		}
		if err := os.WriteFile(os.Getenv("CORSPROOF_CACHE")+"/child", fmt.Append(nil, child.Process.Pid), 0o600); err != nil {
			return err
		}
	}
	return pretend(mode, policies)
}

// late is a proxy that listens before it has read its routes.
func late() error {
	var asked atomic.Int32
	return http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) <= 3 {
			http.NotFound(w, r)
		}
	}))
}

func genuine(data []byte, mutant []string) error {
	var all []cases.Policy
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	server, err := mutants.Good(all)
	if len(mutant) > 0 {
		server, err = mutants.New(mutant[0], all)
	}
	if err != nil {
		return err
	}
	return http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), server)
}

func pretend(mode string, policies []policy) error {
	served := map[string]http.HandlerFunc{}
	for _, policy := range policies {
		served[policy.Name] = func(w http.ResponseWriter, r *http.Request) {
			switch {
			case mode == "wrong":
				http.NotFound(w, r)
			case mode == "turns-away": // everybody
				w.WriteHeader(http.StatusForbidden)
			case policy.Unsafe:
				w.Header().Set("X-Refused", "any origin with credentials")
				w.WriteHeader(http.StatusNotImplemented)
			default:
				w.Header().Set("X-App", "ok")
				_, _ = fmt.Fprint(w, os.Getpid())
			}
		}
	}
	return http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		if handler, ok := served[name]; ok {
			handler(w, r)
			return
		}
		w.WriteHeader(http.StatusNotFound)
	}))
}
