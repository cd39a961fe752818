package contract

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
)

// Serve mounts, at each policy's path, what build makes of each policy: the framework's
// CORS layer with the contract's handlers behind it. build returns an error, or
// panics, when the framework refuses the configuration. Serve returns only to
// end the process: it prints what went wrong and exits.
func Serve(build func(Policy) (http.Handler, error)) {
	if err := serve(build); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func serve(build func(Policy) (http.Handler, error)) error {
	policies, err := Policies()
	if err != nil {
		return err
	}
	mounted := map[string]http.Handler{}
	for _, policy := range policies {
		handler, err := Try(policy, build)
		if err != nil {
			handler = refused(err)
		}
		mounted[policy.Mount()] = http.StripPrefix("/"+policy.Mount(), handler)
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", os.Getenv("PORT")))
	if err != nil {
		return fmt.Errorf("listening on the port that PORT names: %w", err)
	}
	return http.Serve(listener, outermost(mounted))
}

// Try calls build and turns a panic into an error: some frameworks refuse a
// configuration by panicking.
func Try[T any](policy Policy, build func(Policy) (T, error)) (handler T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	return build(policy)
}

// outermost is the layer outside of everything: it announces a variation of
// its own, which the CORS layers inside must not lose.
func outermost(mounted map[string]http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept-Encoding")
		first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		handler, ok := mounted[first]
		if !ok {
			http.NotFound(w, r)
			return
		}
		handler.ServeHTTP(w, r)
	})
}

// refused answers for a policy that the framework would not take.
func refused(err error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Refused", Message(err))
		w.WriteHeader(http.StatusNotImplemented)
	})
}

// Message is an error's text as the value of X-Refused, which has one line.
func Message(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
