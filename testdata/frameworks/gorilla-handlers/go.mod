module corsproof.example/adapters/gorilla-handlers

go 1.26.0

require (
	corsproof.example/contract v0.0.0
	github.com/gorilla/handlers v1.5.2
	github.com/gorilla/mux v1.8.1
)

require github.com/felixge/httpsnoop v1.0.3 // indirect

replace corsproof.example/contract => ../shared/go
