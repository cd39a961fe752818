// The adapter of the CORS middleware of Fiber 2: an application for each policy,
// behind a common one.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strings"

	"corsproof.example/contract"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/cors"
	"github.com/gofiber/fiber/v2/middleware/recover"
	"github.com/valyala/fasthttp"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run() error {
	policies, err := contract.Policies()
	if err != nil {
		return err
	}
	config := fiber.Config{
		DisableStartupMessage: true,
		RequestMethods:        append(fiber.DefaultMethods, "QUERY", "PURGE", "M-SEARCH", "CHICKEN", "patch", "query"),
	}
	served := map[string]fasthttp.RequestHandler{}
	for _, policy := range policies {
		app := fiber.New(config)
		middleware, err := contract.Try(policy, cross)
		if err != nil {
			middleware = refused(err)
		}
		app.Use(recover.New(), middleware)
		mount(app)
		served[policy.Mount()] = app.Handler()
	}
	root := fiber.New(config)
	// Not Mount: its prefixes end anywhere, and /any would take in /any-creds.
	root.Use(func(c *fiber.Ctx) error {
		c.Vary("Accept-Encoding")
		// Not OriginalURL: a request target may be a whole URL.
		target := string(c.Request().URI().RequestURI())
		first, rest, _ := strings.Cut(strings.TrimPrefix(target, "/"), "/")
		app, ok := served[first]
		if !ok {
			return fiber.ErrNotFound
		}
		c.Request().SetRequestURI("/" + rest)
		app(c.Context())
		return nil
	})
	return root.Listen(net.JoinHostPort("127.0.0.1", os.Getenv("PORT")))
}

func cross(p contract.Policy) (fiber.Handler, error) {
	if p.ZeroConfig {
		return cors.New(), nil
	}
	config := cors.Config{
		AllowOrigins:     strings.Join(append(p.Origins, p.OriginPatterns...), ","),
		AllowMethods:     strings.Join(p.MethodsOrGET(), ","),
		AllowHeaders:     strings.Join(p.HeadersOrAccept(), ","),
		ExposeHeaders:    strings.Join(p.ExposeHeaders, ","),
		AllowCredentials: p.Credentials,
		MaxAge:           p.MaxAgeSeconds(-1), // documented: a negative value sends 0
	}
	if p.AnyHeader() {
		config.AllowHeaders = "" // by default, those that are requested
	}
	if p.OriginFunc != nil {
		config.AllowOriginsFunc = p.OriginFunc.Decide
	}
	return cors.New(config), nil
}

func refused(err error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Set("X-Refused", contract.Message(err))
		return c.SendStatus(fiber.StatusNotImplemented)
	}
}

// mount adds the handlers of the contract.
func mount(app *fiber.App) {
	for _, route := range contract.Routes() {
		for _, method := range route.Methods {
			app.Add(method, route.Path, handler(route))
		}
	}
}

func handler(route contract.Route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		return write(c, route.Answer(ask(c)))
	}
}

func ask(c *fiber.Ctx) contract.Ask {
	ask := contract.Ask{
		Method: strings.Clone(c.Method()),
		URL:    strings.Clone(c.OriginalURL()),
		Body:   string(c.Body()),
	}
	c.Request().Header.VisitAll(func(name, value []byte) {
		ask.Headers = append(ask.Headers, [2]string{string(name), string(value)})
	})
	return ask
}

func write(c *fiber.Ctx, answer contract.Answer) error {
	for _, field := range answer.Fields {
		if field.Add {
			c.Response().Header.Add(field.Name, field.Value)
		} else {
			c.Set(field.Name, field.Value)
		}
	}
	c.Status(answer.Status)
	if len(answer.Chunks) < 2 {
		return c.SendString(strings.Join(answer.Chunks, ""))
	}
	chunks := answer.Chunks
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		for _, chunk := range chunks {
			_, _ = w.WriteString(chunk)
			_ = w.Flush()
		}
	})
	return nil
}
