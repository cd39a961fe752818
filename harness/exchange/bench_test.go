//go:build unix

package exchange_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/corsproof/corsproof/harness/exchange"
)

// fullLine is a line with every key and a preflight, as the format's description has it.
const fullLine = `{"id":"any","session":"s%d","at":0.0,"request":{"api":"fetch","origin":"https://app.example.com","url":"https://api.example.org/x","method":"PUT","headers":[["X-A","1"]],"mode":"cors","credentials":"same-origin","redirect":"follow","body":{"content_type":"text/plain","stream":false},"upload_listener":false},"hops":[{"preflight":{"status":204,"headers":[["Access-Control-Allow-Origin","https://app.example.com"],["Access-Control-Allow-Methods","GET, PUT, DELETE"],["Access-Control-Allow-Headers","x-a, x-b"],["Access-Control-Max-Age","600"],["Vary","Origin"]]},"response":{"status":200,"headers":[["Access-Control-Allow-Origin","https://app.example.com"],["Access-Control-Expose-Headers","x-id"],["Content-Type","application/json"],["X-Id","7"],["Vary","Origin"]]}}]}`

func benchmarkEval(b *testing.B, line string, opt exchange.Options) {
	const lines = 1000
	input := bytes.Repeat([]byte(line+"\n"), lines)
	b.SetBytes(int64(len(line) + 1))
	b.ReportAllocs()
	b.ResetTimer()
	start := cpuTime()
	for n := 0; n < b.N; n += lines {
		if invalid, err := exchange.Eval(context.Background(), bytes.NewReader(input), io.Discard, opt); err != nil || invalid > 0 {
			b.Fatal(invalid, err)
		}
	}
	b.ReportMetric(float64(b.N)/(cpuTime()-start).Seconds(), "lines/cpu-s")
}

func BenchmarkEval(b *testing.B) {
	noSession := bytes.Replace([]byte(fullLine), []byte(`"session":"s%d",`), nil, 1)
	session := fmt.Sprintf(fullLine, 1)
	b.Run("preflight", func(b *testing.B) { benchmarkEval(b, string(noSession), exchange.Options{}) })
	b.Run("preflight-no-trace", func(b *testing.B) { benchmarkEval(b, string(noSession), exchange.Options{OmitTrace: true}) })
	b.Run("session-cached", func(b *testing.B) { benchmarkEval(b, session, exchange.Options{}) })
	b.Run("simple", func(b *testing.B) { benchmarkEval(b, fmt.Sprintf(simple, "a", ""), exchange.Options{}) })
	b.Run("simple-no-trace", func(b *testing.B) { benchmarkEval(b, fmt.Sprintf(simple, "a", ""), exchange.Options{OmitTrace: true}) })
}
