// Serves one file of the directories beside this one: the body of a function that puts a CORS
// layer before the mux.
package main

import (
	"net/http"

	"corsproof.example/contract"
	"github.com/rs/cors"
)

type configure func(mux *http.ServeMux) (handler http.Handler)

var (
	files = map[string]configure{}
	_     = cors.New // for the files
)

func main() {
	mux := http.NewServeMux()
	for _, method := range []string{"GET", "POST", "PUT"} { // GET takes HEAD too
		mux.HandleFunc(method+" /{$}", contract.Items)
	}
	contract.ServeMistake(files[contract.Mistake()](mux))
}
