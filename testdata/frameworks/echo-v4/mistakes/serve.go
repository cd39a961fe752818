// Serves one file of the directories beside this one: the body of a function that configures
// Echo before the application's routes are added.
package main

import (
	"net/http"

	"corsproof.example/contract"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

type configure func(e *echo.Echo)

var (
	files = map[string]configure{}
	_     = middleware.CORS // for the files
)

func main() {
	e := echo.New()
	files[contract.Mistake()](e)
	e.Match(contract.ItemMethods, "/", echo.WrapHandler(http.HandlerFunc(contract.Items)))
	contract.ServeMistake(e)
}
