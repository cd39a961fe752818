module corsproof.example/adapters/go-chi-cors

go 1.26.0

require (
	corsproof.example/contract v0.0.0
	github.com/go-chi/chi/v5 v5.5.0
	github.com/go-chi/cors v1.1.1
)

replace corsproof.example/contract => ../shared/go
