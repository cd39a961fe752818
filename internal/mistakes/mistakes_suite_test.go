package mistakes

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference"
)

// TestMain makes the test's own program the server of an adapter, where it is started as one.
func TestMain(m *testing.M) {
	if file := os.Getenv("CORSPROOF_MISTAKE"); file != "" {
		fmt.Fprintln(os.Stderr, serve(file))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// serve serves a file that has the words of what is configured.
func serve(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	layer, err := reference.New(reference.Policy{
		Origins: []string{"https://app.example.com"}, Credentials: strings.Contains(string(text), "credentials"),
	})
	if err != nil {
		return err
	}
	app := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })
	return http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), layer.Wrap(app))
}

func TestMistakes(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "mistakes")
}
