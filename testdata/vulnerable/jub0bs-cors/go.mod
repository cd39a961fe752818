module corsproof.example/adapters/jub0bs-cors

go 1.26.0

require (
	corsproof.example/contract v0.0.0
	github.com/jub0bs/cors v1.0.1
)

require (
	golang.org/x/net v0.53.0 // indirect
	golang.org/x/text v0.36.0 // indirect
)

replace corsproof.example/contract => ../shared/go
