module corsproof.example/adapters/rs-cors

go 1.26.0

require (
	corsproof.example/contract v0.0.0
	github.com/rs/cors v1.11.0
)

replace corsproof.example/contract => ../shared/go
