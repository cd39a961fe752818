module corsproof.example/adapters/handwritten-go-exact

go 1.26.0

require corsproof.example/contract v0.0.0

replace corsproof.example/contract => ../shared/go
