package cases_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

var _ = Describe("Strings that stand for bytes", func() {
	It("have one character for each", func() {
		all := make([]byte, 256)
		for i := range all {
			all[i] = byte(i)
		}
		text := cases.FromBytes(string(all))
		Expect([]rune(text)).To(HaveLen(256))
		Expect(cases.ToBytes(text)).To(Equal(string(all)))
	})

	It("hold no character above U+00FF", func() {
		_, err := cases.ToBytes("a€")
		Expect(err).To(MatchError("the character '€' (U+20AC) is not a byte; a header holds U+0000 to U+00FF, one for each byte"))
	})

	It("hold no bytes that are not UTF-8", func() {
		_, err := cases.ToBytes("\xff")
		Expect(err).To(MatchError(`a raw byte 0xff that is not UTF-8 (in templates write \u00ff)`))
	})
})

// FuzzLoad: no file, however wrong, panics or hangs, and what loads can be expanded.
func FuzzLoad(f *testing.F) {
	f.Add(oneCase)
	f.Add("x-a: &a {<<: *a}\n" + oneCase)
	f.Add("group: [")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := loadGroup(text)
		if err == nil {
			table.Expand(table.Policies, true, env)
		}
	})
}
