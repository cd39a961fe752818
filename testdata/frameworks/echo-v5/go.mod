module corsproof.example/adapters/echo-v5

go 1.26.0

require (
	corsproof.example/contract v0.0.0
	github.com/labstack/echo/v5 v5.3.1
)

require golang.org/x/time v0.15.0 // indirect

replace corsproof.example/contract => ../shared/go
