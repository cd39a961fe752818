// Serves one file of the directories beside this one: the body of a function that configures
// the engine before the application's routes are added.
package main

import (
	"net/http"
	"time"

	"corsproof.example/contract"
	"github.com/gin-contrib/cors"
	"github.com/gin-gonic/gin"
)

type configure func(r *gin.Engine)

var (
	files = map[string]configure{}
	_     = cors.New // for the files
	_     = time.Second
)

func main() {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	files[contract.Mistake()](r)
	if len(r.Routes()) == 0 { // the file may have its own
		r.Match(contract.ItemMethods, "/", gin.WrapF(http.HandlerFunc(contract.Items)))
	}
	contract.ServeMistake(r)
}
