// Serves one file of the directories beside this one: the body of a function that puts a CORS
// layer before the router.
package main

import (
	"net/http"

	"corsproof.example/contract"
	"github.com/gorilla/handlers"
	"github.com/gorilla/mux"
)

type configure func(r *mux.Router) (handler http.Handler)

var (
	files = map[string]configure{}
	_     = handlers.CORS // for the files
)

func main() {
	r := mux.NewRouter()
	r.HandleFunc("/", contract.Items).Methods(contract.ItemMethods...)
	contract.ServeMistake(files[contract.Mistake()](r))
}
