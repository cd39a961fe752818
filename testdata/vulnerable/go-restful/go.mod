module corsproof.example/adapters/go-restful

go 1.26.0

require (
	corsproof.example/contract v0.0.0
	github.com/emicklei/go-restful v2.16.0+incompatible
)

require (
	github.com/json-iterator/go v1.1.12 // indirect
	github.com/modern-go/concurrent v0.0.0-20180228061459-e0a39a4cb421 // indirect
	github.com/modern-go/reflect2 v1.0.2 // indirect
)

replace corsproof.example/contract => ../shared/go
