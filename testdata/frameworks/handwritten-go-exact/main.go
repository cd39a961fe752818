// The middleware that everybody writes by hand: one trusted origin, compared with ==.
package main

import (
	"net/http"
	"strings"

	"corsproof.example/contract"
)

func main() {
	contract.Serve(func(p contract.Policy) (http.Handler, error) {
		return cors(p, contract.App()), nil
	})
}

// cors is written as it is found in applications, forgotten Vary and swallowed
// OPTIONS included.
func cors(p contract.Policy, next http.Handler) http.Handler {
	trusted := p.Origins[0]
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if origin := r.Header.Get("Origin"); origin == trusted {
			w.Header().Set("Access-Control-Allow-Origin", origin)
			w.Header().Set("Access-Control-Allow-Methods", strings.Join(p.Methods, ", "))
			w.Header().Set("Access-Control-Allow-Headers", strings.Join(p.RequestHeaders, ", "))
			w.Header().Set("Access-Control-Expose-Headers", strings.Join(p.ExposeHeaders, ", "))
			w.Header().Set("Access-Control-Max-Age", "600")
		}
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}
