// Serves one file of the directories beside this one: the body of a function that configures
// Fiber before the application's routes are added.
package main

import (
	"fmt"
	"os"

	"corsproof.example/contract"
	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/cors"
)

type configure func(app *fiber.App)

var (
	files = map[string]configure{}
	_     = cors.New // for the files
)

func main() {
	app := fiber.New()
	files[contract.Mistake()](app)
	app.Add(contract.ItemMethods, "/", func(c fiber.Ctx) error {
		for name, value := range contract.ItemFields {
			c.Set(name, value)
		}
		return c.SendString(contract.ItemBody)
	})
	err := app.Listen(contract.MistakeAddress(), fiber.ListenConfig{DisableStartupMessage: true})
	fmt.Fprintln(os.Stderr, "error:", err)
	os.Exit(1)
}
