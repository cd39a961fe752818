package harness_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// packed is text in a content coding.
func packed(coding, text string) []byte {
	var b bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "deflate":
		w = zlib.NewWriter(&b)
	case "bare deflate":
		w, _ = flate.NewWriter(&b, flate.BestSpeed)
	case "br":
		w = brotli.NewWriter(&b)
	case "zstd":
		w, _ = zstd.NewWriter(&b)
	}
	_, err := io.WriteString(w, text)
	Expect(err).NotTo(HaveOccurred())
	Expect(w.Close()).To(Succeed())
	return b.Bytes()
}

var codings = []string{"gzip", "deflate", "bare deflate", "br", "zstd"}

var _ = Describe("content in a coding", func() {
	// answers is what the model's script reads of content that is sent so.
	reads := func(ctx SpecContext, coding string, body []byte) string {
		GinkgoHelper()
		s := serveSeen(false, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.Header().Set("Content-Encoding", coding)
			_, _ = w.Write(body)
		})
		o := outcome(ctx, s, cases.Request{})
		Expect(o.Result).To(Equal(spec.Allowed), "it is judged at its head, whatever the content")
		return o.Body
	}

	It("is what a script reads without it", func(ctx SpecContext) {
		for _, coding := range codings {
			Expect(reads(ctx, strings.TrimPrefix(coding, "bare "), packed(coding, "hello"))).To(Equal("hello"), coding)
		}
		Expect(reads(ctx, "gzip, br", packed("br", string(packed("gzip", "hello"))))).To(Equal("hello"), "the last one is the outer one")
		Expect(reads(ctx, "x-unknown", []byte("hello"))).To(Equal("hello"))
		Expect(reads(ctx, "identity", []byte("hello"))).To(Equal("hello"))
	})

	It("that is broken, cut off or a bomb breaks nothing", func(ctx SpecContext) {
		for _, coding := range codings {
			name := strings.TrimPrefix(coding, "bare ")
			whole := packed(coding, strings.Repeat("hello ", 1000))
			for n := range min(len(whole), 30) {
				reads(ctx, name, whole[:n])
			}
			Expect(reads(ctx, name, []byte("this is none of it"))).NotTo(ContainSubstring("none"))
			Expect(len(reads(ctx, name, packed(coding, strings.Repeat("\x00", 64<<20))))).To(BeNumerically("<=", 64<<10), coding)
		}
		reads(ctx, strings.Repeat("gzip, ", 1000)+"gzip", packed("gzip", "x"))
	})

	It("is read by the predicates without it, and said to be broken where it is", func(ctx SpecContext) {
		body := packed("gzip", "hello")
		s := serveSeen(false, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(body)
		})
		step := cases.Step{Wire: &cases.Wire{Method: "GET", Headers: []string{"X: 1"}}, Answer: []cases.Predicate{{BodyContains: ptr("ell")}, {BodyIs: ptr("hello")}}}
		Expect(onWire(ctx, s.URL, step).Verdict).To(Equal(agent.VerdictPass))
		body = []byte("plain hello")
		res := onWire(ctx, s.URL, step)
		Expect(res.Verdict).To(Equal(agent.VerdictFail))
		Expect(res.Agents[0].Failures[0].Actual).To(ContainSubstring("not in the coding gzip"))
	})
})
