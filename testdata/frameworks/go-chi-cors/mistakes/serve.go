// Serves one file of the directories beside this one: the body of a function that configures
// the router before the application's routes are added.
package main

import (
	"net/http"

	"corsproof.example/contract"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/cors"
)

type configure func(r *chi.Mux)

var (
	files = map[string]configure{}
	_     = cors.Handler // for the files
)

// list is what the file's own routes answer with.
func list(w http.ResponseWriter, r *http.Request) { contract.Items(w, r) }

func main() {
	r := chi.NewRouter()
	files[contract.Mistake()](r)
	if len(r.Routes()) == 0 { // the file may have its own
		for _, method := range contract.ItemMethods {
			r.MethodFunc(method, "/", list)
		}
	}
	contract.ServeMistake(r)
}
