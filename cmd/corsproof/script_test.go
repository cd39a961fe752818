package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/contract"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"corsproof": main, "faithful": faithful})
}

// faithful is the server of an adapter that serves the contract, on the reference; with an
// argument it ends at the first request for that path, with its last words.
func faithful() {
	var policies []cases.Policy
	data, err := os.ReadFile(os.Getenv("CORSPROOF_POLICIES"))
	if err == nil {
		err = json.Unmarshal(data, &policies)
	}
	if err != nil {
		panic(err)
	}
	server, err := contract.NewServer(contract.Options{Policies: policies})
	if err != nil {
		panic(err)
	}
	panic(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(os.Args) > 1 && r.URL.Path == os.Args[1] {
			fmt.Fprintln(os.Stderr, "the last words of the server")
			os.Exit(7)
		}
		server.ServeHTTP(w, r)
	})))
}

// The scripts in testdata/script are the specification of the command line,
// one theme each.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"server": server,
			"status": exitStatus,
		},
		Setup: func(env *testscript.Env) error {
			// Chrome, where it is wanted, is the machine's own.
			env.Setenv("HOME", env.WorkDir)
			repo, err := filepath.Abs("../..")
			env.Setenv("REPO", repo)
			env.Setenv("CORSPROOF_CHROME", os.Getenv("CORSPROOF_CHROME"))
			return err
		},
	})
}

// exitStatus runs corsproof and checks the exact exit status: status N args...
func exitStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: status N ARGS...")
	}
	err := ts.Exec("corsproof", args[1:]...)
	got := "0"
	if exit, ok := err.(interface{ ExitCode() int }); ok {
		got = fmt.Sprint(exit.ExitCode())
	} else if err != nil {
		ts.Fatalf("corsproof did not run: %v", err)
	}
	if got != args[0] {
		ts.Fatalf("exit status %s, want %s", got, args[0])
	}
}

// server starts a server on loopback that behaves badly, or well, and sets URL:
// server hang|close|garbage|plain|cors|login
func server(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: server hang|close|garbage|refuse|plain|cors|login")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv("URL", "http://"+l.Addr().String())
	ts.Setenv("ADDR", l.Addr().String())
	ts.Defer(func() { _ = l.Close() })
	serve := func(handle func(net.Conn)) {
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go handle(c)
			}
		}()
	}
	switch args[0] {
	case "refuse":
		ts.Check(l.Close())
	case "hang":
		done := make(chan struct{})
		ts.Defer(func() { close(done) })
		serve(func(c net.Conn) { <-done; _ = c.Close() })
	case "close":
		serve(func(c net.Conn) { _ = c.Close() })
	case "garbage":
		serve(func(c net.Conn) { _, _ = c.Write([]byte("220 mail.example ESMTP\r\n")); _ = c.Close() })
	case "plain":
		go func() { _ = http.Serve(l, http.NotFoundHandler()) }()
	case "cors":
		// What somebody writes by hand: one origin, preflights answered.
		go func() {
			_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Add("Vary", "Origin")
				if r.Header.Get("Origin") == "https://app.example.com" {
					w.Header().Set("Access-Control-Allow-Origin", "https://app.example.com")
					if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
						w.Header().Set("Access-Control-Allow-Methods", "PUT")
						w.Header().Set("Access-Control-Max-Age", "600")
						w.WriteHeader(http.StatusNoContent)
						return
					}
				}
				_, _ = fmt.Fprint(w, "hello")
			}))
		}()
	case "login":
		go func() { _ = http.Serve(l, http.HandlerFunc(behindLogin)) }()
	default:
		ts.Fatalf("unknown kind of server %q", args[0])
	}
}

// behindLogin wants a token, and lets a page of one origin send it, and read that it is wrong.
func behindLogin(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Vary", "Origin")
	h.Set("X-Request-Id", "7")
	if r.Header.Get("Origin") == "https://app.example.com" {
		h.Set("Access-Control-Allow-Origin", "https://app.example.com")
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			h.Set("Access-Control-Allow-Headers", "Authorization")
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	if r.Header.Get("Authorization") != "Bearer s3cret-token" {
		w.WriteHeader(http.StatusUnauthorized)
	}
}
