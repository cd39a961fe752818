package exchange_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/corsproof/corsproof/harness/exchange"
	"github.com/corsproof/corsproof/spec"
)

func ExampleEval() {
	in := strings.NewReader(`{"id":"1","request":{"origin":"https://app.example.com","url":"https://api.example.org/"},"hops":[{"response":{"status":200}}]}
{"id":"2","request":{"origin":"https://app.example.com/","url":"https://api.example.org/"},"hops":[]}
`)
	invalid, err := exchange.Eval(context.Background(), in, os.Stdout, exchange.Options{OmitTrace: true})
	fmt.Println(invalid, err)
	// Output:
	// {"id":"1","outcome":"blocked","type":"error","reason":"MissingAllowOriginHeader","layer":"cors","failed_parameter":null,"failed_hop":0,"hops":[{"preflight":false,"acrm":null,"acrh":null,"preflight_origin":null,"sent":true,"method":"GET","origin":"https://app.example.com","headers":[],"credentials":false}],"readable":{},"exposed":[],"preflight_cache_seconds":null,"not_considered":["cookie","corp","csp","extension","hsts","integrity","local-network","mixed-content","orb","service-worker","tls"],"trace":[]}
	// {"id":"2","outcome":"invalid","error":"line 2: request.origin: \"https://app.example.com/\" is not a serialised origin: its serialisation is \"https://app.example.com\""}
	// 1 <nil>
}

func ExampleNewLine() {
	line := exchange.NewLine("x",
		spec.Request{Origin: "https://app.example.com", URL: "https://api.example.org/"},
		exchange.Hop{Response: &spec.Response{Status: 200}})
	fmt.Printf("%s\n", line.Append(nil))
	// Output:
	// {"id":"x","request":{"api":"fetch","origin":"https://app.example.com","url":"https://api.example.org/","method":"GET","headers":[],"mode":"cors","credentials":"same-origin","redirect":"follow","body":null,"upload_listener":false},"hops":[{"preflight":null,"response":{"status":200,"headers":[]}}]}
}
