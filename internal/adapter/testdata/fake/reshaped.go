package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/contract"
)

// around are servers that serve the whole contract, each with one thing of its own.
var around = map[string]func(next http.Handler, w http.ResponseWriter, r *http.Request){
	"faithful": func(next http.Handler, w http.ResponseWriter, r *http.Request) { next.ServeHTTP(w, r) },
	// The CORS layer turns away a POST that comes with an Origin.
	"refuses-post": func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" && r.Header.Get("Origin") != "" {
			http.Error(w, "Invalid CORS request", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	},
	// The CORS layer turns away whoever names no origin.
	"wants-origin": func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Origin") == "" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	},
	// An Origin makes it fail.
	"fails-origin": func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Origin") != "" && strings.HasSuffix(r.URL.Path, "/echo") {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		next.ServeHTTP(w, r)
	},
	// Its handler is wrong for those who name an origin.
	"wrong-origin": func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Origin") != "" && strings.HasSuffix(r.URL.Path, "/stream") {
			w.Header().Set("X-App", "stream")
			fmt.Fprint(w, "ba")
			return
		}
		next.ServeHTTP(w, r)
	},
	// A panic ends it.
	"dies-of-panic": func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/panic") {
			fmt.Fprintln(os.Stderr, "panic: the handler panics")
			os.Exit(2)
		}
		next.ServeHTTP(w, r)
	},
	// At one point it stops answering.
	"hangs": func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/stream") || strings.HasSuffix(r.URL.Path, "/nope") {
			fmt.Fprintln(os.Stderr, "waiting for the moon")
			time.Sleep(time.Minute)
		}
		next.ServeHTTP(w, r)
	},
	// It ends the connection under one policy.
	"hangs-up": func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/max-age-0/") {
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	},
	// What is below no policy is shared.
	"shares-all": func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" || strings.HasPrefix(r.URL.Path, "/nopolicy/") {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.WriteHeader(http.StatusNotFound)
			return
		}
		next.ServeHTTP(w, r)
	},
	// The router does not tell upper from lower case, and cleans paths.
	"folds": func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if cleaned := strings.ReplaceAll(r.URL.Path, "//", "/"); cleaned != r.URL.Path {
			http.Redirect(w, r, cleaned, http.StatusMovedPermanently)
			return
		}
		r.URL.Path = strings.ToLower(r.URL.Path)
		next.ServeHTTP(w, r)
	},
}

// confuse makes policies of others: each argument is A=B, and A then says what B does; in
// nil-is-any it is what a framework does whose empty list of headers means any.
func confuse(all []cases.Policy, args []string) {
	said := slices.Clone(all)
	for i := range all {
		p := &all[i]
		for _, arg := range args {
			a, b, _ := strings.Cut(arg, "=")
			at := slices.IndexFunc(said, func(p cases.Policy) bool { return p.Name == b })
			if p.Name == a && at >= 0 {
				*p = said[at]
				p.Name = a
			}
			if arg == "nil-is-any" && len(p.RequestHeaders) == 0 {
				p.RequestHeaders = []string{"*"}
			}
		}
	}
}

// reshaped serves the whole contract, with a wrapper around it and policies that are confused.
func reshaped(data []byte, wrap func(http.Handler, http.ResponseWriter, *http.Request), confusions []string) error {
	var all []cases.Policy
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	confuse(all, confusions)
	server, err := contract.NewServer(contract.Options{Policies: all})
	if err != nil {
		return err
	}
	return http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { wrap(server, w, r) }))
}
