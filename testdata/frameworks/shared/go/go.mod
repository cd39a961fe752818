module corsproof.example/contract

go 1.26.0
