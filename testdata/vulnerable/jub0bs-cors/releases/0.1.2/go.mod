module corsproof.example/adapters/jub0bs-cors

go 1.26.0

require (
	corsproof.example/contract v0.0.0
	github.com/jub0bs/cors v0.1.2
)

require (
	golang.org/x/net v0.23.0 // indirect
	golang.org/x/text v0.14.0 // indirect
)

replace corsproof.example/contract => ../shared/go
