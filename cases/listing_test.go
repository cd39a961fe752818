package cases_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

var _ = Describe("What a list grants that is not stated", func() {
	DescribeTable("is each name", func(field string, list, stated []string, want ...string) {
		Expect(cases.Grants(field, list, stated)).To(Equal(append([]string{}, want...)))
	},
		Entry("that is not stated", "Access-Control-Allow-Methods", []string{"GET", "PUT", "DELETE", "MKCOL"}, []string{"PUT"}, "DELETE", "MKCOL"),
		Entry("but none of the methods that need no listing, or that no script can send", "access-control-allow-methods",
			[]string{"GET", "head", "POST", "OPTIONS", "TRACE", "CONNECT", "*"}, nil),
		Entry("but none that is stated in other letters", "Access-Control-Allow-Methods", []string{"put", "Delete"}, []string{"PUT", "DELETE"}),
		Entry("of a request header", "Access-Control-Allow-Headers", []string{"content-type", "X-Admin", "authorization"}, []string{"Authorization"}, "X-Admin"),
		Entry("but none of those that need no listing, or that no script can set", "Access-Control-Allow-Headers",
			[]string{"Accept", "Accept-Language", "Content-Language", "Content-Type", "Range", "Origin", "Cookie", "Sec-Fetch-Mode", "Proxy-Authorization", "*"}, nil),
		Entry("of a response header", "Access-Control-Expose-Headers", []string{"x-total", "X-Internal"}, []string{"X-Total"}, "X-Internal"),
		Entry("but none of those that every script can read, or none", "Access-Control-Expose-Headers", []string{"Cache-Control", "content-length", "Set-Cookie", "*"}, nil),
	)

	It("leaves the list as it was", func() {
		list := []string{"GET", "PUT"}
		cases.Grants("Access-Control-Allow-Methods", list, nil)
		Expect(list).To(Equal([]string{"GET", "PUT"}))
	})
})
