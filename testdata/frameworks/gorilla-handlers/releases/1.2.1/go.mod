module corsproof.example/adapters/gorilla-handlers

go 1.26.0

require (
	corsproof.example/contract v0.0.0
	github.com/gorilla/mux v1.8.1
)

require github.com/gorilla/handlers v1.2.1

replace corsproof.example/contract => ../shared/go
