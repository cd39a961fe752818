package reference_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference"
)

var _ = Describe("a policy", func() {
	It("needs no name for its errors to be read", func() {
		_, err := reference.New(reference.Policy{Origins: []string{"https://app.example/"}, Methods: []string{"put"}})
		Expect(err).To(MatchError(`origins: "https://app.example/": a browser never serialises an origin like this; write "https://app.example"` + "\n" +
			`methods: "put": browsers send this method in upper case only, and methods are case-sensitive: write it in upper case`))
	})

	Describe("with a function for its origins", func() {
		var asked []string
		m, err := reference.New(reference.Policy{
			Origins: []string{"https://listed.example"},
			OriginFunc: func(origin string) bool {
				asked = append(asked, origin)
				if origin == "https://panics.example" {
					panic("no database")
				}
				return origin == "https://known.example"
			},
		})
		BeforeEach(func() {
			Expect(err).NotTo(HaveOccurred())
			asked = nil
		})

		DescribeTable("asks it", func(origin string, allowed bool) {
			Expect(m.AllowsOrigin(origin)).To(Equal(allowed))
			Expect(asked).To(Equal([]string{origin}))
		},
			Entry("about one that it knows", "https://known.example", true),
			Entry("about one that it does not know", "https://evil.test", false),
			Entry("and denies when it panics", "https://panics.example", false),
		)

		DescribeTable("does not ask it", func(origin string, allowed bool) {
			Expect(m.AllowsOrigin(origin)).To(Equal(allowed))
			Expect(asked).To(BeEmpty())
		},
			Entry("about one that is listed", "https://listed.example", true),
			Entry("about null", "null", false),
			Entry("about what is not an origin", "https://known.example/", false),
			Entry("about nothing", "", false),
		)
	})
})
