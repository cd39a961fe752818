package contract

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
)

// Mistake is the name of the file that is to be served: CAUSE/FILE.
func Mistake() string {
	path := os.Getenv("CORSPROOF_MISTAKE")
	return filepath.Join(filepath.Base(filepath.Dir(path)), filepath.Base(path))
}

// ItemMethods are what Items is routed for, where a router wants them one by one.
var ItemMethods = []string{"GET", "HEAD", "POST", "PUT"}

// ItemFields are the fields of what Items answers.
var ItemFields = map[string]string{"X-Request-Id": "7c1e", "Etag": `"1"`, "Content-Type": "application/json"}

// ItemBody is the content of what Items answers.
const ItemBody = `{"items":[]}`

// Items is the handler of the application that a file of mistakes/ is the configuration of.
func Items(w http.ResponseWriter, _ *http.Request) {
	for name, value := range ItemFields {
		w.Header().Set(name, value)
	}
	_, _ = w.Write([]byte(ItemBody))
}

// ServeMistake serves a handler on the port that PORT names. It returns only to end the process.
func ServeMistake(handler http.Handler) {
	listener, err := net.Listen("tcp", MistakeAddress())
	if err == nil {
		err = http.Serve(listener, handler)
	}
	fmt.Fprintln(os.Stderr, "error:", err)
	os.Exit(1)
}

// MistakeAddress is where a file of mistakes/ is served.
func MistakeAddress() string { return net.JoinHostPort("127.0.0.1", os.Getenv("PORT")) }
