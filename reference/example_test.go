package reference_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/corsproof/corsproof/reference"
)

func ExampleNew() {
	m, err := reference.New(reference.Policy{
		Name:           "api",
		Origins:        []string{"https://app.example"},
		Credentials:    true,
		Methods:        []string{"PUT"},
		RequestHeaders: []string{"Content-Type"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	api := m.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "hello") }))

	r := httptest.NewRequest("OPTIONS", "/", nil)
	r.Header.Set("Origin", "https://app.example")
	r.Header.Set("Access-Control-Request-Method", "PUT")
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Header().Get("Access-Control-Allow-Methods"))
	// Output: 204 PUT
}

func ExampleNew_refused() {
	_, err := reference.New(reference.Policy{Name: "api", Origins: []string{"*"}, Credentials: true})
	fmt.Println(err)
	// Output: policy "api": origin "*" with credentials would let every site read with the user's cookies: list the trusted origins, or switch credentials off
}
