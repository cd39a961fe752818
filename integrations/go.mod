// Nothing here is Go: this file keeps go vet ./... and go list ./... out of the folder, and of what
// npm, pip and Maven put below it.
module github.com/corsproof/corsproof/integrations

go 1.26.0
