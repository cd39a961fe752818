package spec_test

import (
	"fmt"

	"github.com/corsproof/corsproof/spec"
)

// A fetch is driven by whoever does the I/O; here the answers are canned.
func ExampleBegin() {
	f := spec.Begin(spec.Request{
		Origin: "https://app.example.com",
		URL:    "https://api.example.org/items/7",
		Method: "DELETE",
	}, spec.Options{})
	for a := f.Next(); a.Kind != spec.ActionDone; a = f.Next() {
		fmt.Println(a.Method, a.URL)
		f.Deliver(spec.Response{Status: 204, Header: spec.Header{
			{Name: "Access-Control-Allow-Origin", Value: "https://app.example.com"},
			{Name: "Access-Control-Allow-Methods", Value: "GET, PUT"},
		}})
	}
	out := f.Outcome()
	fmt.Println(out.Result, out.Reason, out.FailedParameter)
	fmt.Println(out.Reason.Explain())
	// Output:
	// OPTIONS https://api.example.org/items/7
	// blocked MethodDisallowedByPreflightResponse DELETE
	// the preflight's Access-Control-Allow-Methods does not allow the method
}

func ExampleCheckCORS() {
	h := spec.Header{{Name: "Access-Control-Allow-Origin", Value: "*"}}
	fmt.Printf("%q\n", spec.CheckCORS("https://app.example.com", spec.CredentialsOmit, h))
	fmt.Printf("%q\n", spec.CheckCORS("https://app.example.com", spec.CredentialsInclude, h))
	// Output:
	// ""
	// "WildcardOriginNotAllowed"
}
