package spec_test

import (
	"strings"

	"github.com/corsproof/corsproof/spec"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = DescribeTable("ParseOrigin takes exact serialisations only", func(s string, ok bool) {
	o, err := spec.ParseOrigin(s)
	if !ok {
		Expect(err).To(HaveOccurred())
		return
	}
	Expect(err).NotTo(HaveOccurred())
	Expect(o.String()).To(Equal(s))
},
	Entry(nil, "null", true), Entry(nil, "https://a.example", true), Entry(nil, "http://a.example:8080", true), Entry(nil, "http://127.0.0.1:1", true), Entry(nil, "http://[::1]:3000", true),
	Entry(nil, "https://xn--9ca.example", true), Entry(nil, "https://a_b.example", true), Entry(nil, "https://a.example.", true), Entry(nil, "https://localhost", true), Entry(nil, "ws://a.example", true), Entry(nil, "ftp://a.example", true),
	Entry(nil, "capacitor://localhost", true), Entry(nil, "chrome-extension://abcdefgh", true), Entry(nil, "https://a.example:65535", true), Entry(nil, "https://a.example:80", true),
	Entry(nil, "", false), Entry(nil, "*", false), Entry(nil, "NULL", false), Entry(nil, "https://a.example/", false), Entry(nil, "https://a.example:443", false), Entry(nil, "http://a.example:80", false), Entry(nil, "https://A.example", false),
	Entry(nil, "HTTPS://a.example", false), Entry(nil, "https://é.example", false), Entry(nil, "https://a.example:0443", false), Entry(nil, "https://a.example:65536", false), Entry(nil, "https://a.example:", false), Entry(nil, "https://u@a.example", false),
	Entry(nil, "https://a.example?x", false), Entry(nil, "https://a.example#", false), Entry(nil, "https://a b", false), Entry(nil, "file://", false), Entry(nil, "file:///x", false), Entry(nil, "about:blank", false), Entry(nil, "data:,x", false), Entry(nil, "a.example", false),
	Entry(nil, "//a.example", false), Entry(nil, " https://a.example", false), Entry(nil, "https://1.2.3", false), Entry(nil, "https://0x7f.1", false), Entry(nil, "https://127.0.0.01", false), Entry(nil, "https://[0:0::1]", false), Entry(nil, "https://%61.example", false),
	Entry(nil, "https://256.1.1.1", false), Entry(nil, "https://1.1-1.2.3", false), Entry(nil, "https://xn--a", false), Entry(nil, "https:a.example", false), Entry(nil, "https:\\\\a.example", false),
)

var _ = DescribeTable("SameOrigin", func(a, b string, want bool) {
	Expect(spec.SameOrigin(a, b)).To(Equal(want))
	Expect(spec.SameOrigin(b, a)).To(Equal(want))
},
	Entry(nil, "https://a.example/x", "https://a.example:443/y?z", true), Entry(nil, "https://A.example", "https://a.example", true), Entry("scheme", "http://a.example/", "https://a.example/", false),
	Entry("host", "https://a.example/", "https://b.example/", false), Entry("port", "https://a.example/", "https://a.example:444/", false), Entry("opaque", "data:,x", "data:,x", false), Entry("opaque", "foo://a/", "foo://a/", false),
	Entry("null", "null", "null", false), Entry("blob", "blob:https://a.example/uuid", "https://a.example/", true), Entry("blob of nothing", "blob:x", "https://a.example/", false), Entry("userinfo", "https://u:p@a.example/", "https://a.example/", true),
	Entry("subdomain", "https://x.a.example/", "https://a.example/", false), Entry("trailing dot", "https://a.example./", "https://a.example/", false), Entry("IPv4", "http://0x7f.1/", "http://127.0.0.1/", true), Entry("IDNA", "https://é.example/", "https://xn--9ca.example/", true),
	Entry("file", "file:///a", "file:///a", false),
)

var _ = DescribeTable("URLs are parsed as the URL Standard does", func(in, href string) {
	u, err := spec.ParseURL(in)
	if href == "" {
		Expect(err).To(HaveOccurred())
		return
	}
	Expect(err).NotTo(HaveOccurred())
	Expect(u.String()).To(Equal(href))
},
	Entry(nil, "https://a.example", "https://a.example/"), Entry(nil, "https://a.example/x?y#z", "https://a.example/x?y#z"), Entry(nil, "https://a.example?x", "https://a.example/?x"), Entry(nil, "https://a.example/a/../b/./c", "https://a.example/b/c"),
	Entry(nil, "https://a.example/%2e%2E/x", "https://a.example/x"), Entry(nil, "https://a.example/a b", "https://a.example/a%20b"), Entry(nil, "https://a.example/'?'", "https://a.example/'?%27"), Entry(nil, "https://a.example/^`{}", "https://a.example/%5E%60%7B%7D"),
	Entry(nil, "https://a.example\\x", "https://a.example/x"), Entry(nil, " https://a.example/\n", "https://a.example/"), Entry(nil, "https://a.example:443/", "https://a.example/"), Entry(nil, "https://a.example:/", "https://a.example/"), Entry(nil, "https://é.example/é", "https://xn--9ca.example/%C3%A9"),
	Entry(nil, "HTTPS:a.example", "https://a.example/"), Entry(nil, "https://127.1/", "https://127.0.0.1/"), Entry(nil, "https://a.example/.x", "https://a.example/.x"), Entry(nil, "https://a..example/", "https://a..example/"), Entry(nil, "https://4chan.example/", "https://4chan.example/"),
	Entry(nil, "foo://A B/", ""), Entry(nil, "foo://A/x", "foo://A/x"), Entry(nil, "https://", ""), Entry(nil, "https://a b/", ""), Entry(nil, "https://1.2.3.4.5/", ""), Entry(nil, "x", ""), Entry(nil, "", ""), Entry(nil, "https://a.example:65536", ""), Entry(nil, "https://a%b/", ""), Entry(nil, "https://a.1/", ""),
)

var _ = DescribeTable("Resolve", func(base, location, want string) {
	b, err := spec.ParseURL(base)
	Expect(err).NotTo(HaveOccurred())
	u, err := b.Resolve(location)
	if want == "" {
		Expect(err).To(HaveOccurred())
		return
	}
	Expect(err).NotTo(HaveOccurred())
	Expect(u.String()).To(Equal(want))
},
	Entry(nil, "https://a.example/x/y?q#f", "/z", "https://a.example/z"), Entry(nil, "https://a.example/x/y?q", "z?r", "https://a.example/x/z?r"), Entry(nil, "https://a.example/x", "", "https://a.example/x"), Entry(nil, "https://a.example/x?q", "#f", "https://a.example/x?q#f"),
	Entry(nil, "https://a.example/x", "//b.example/", "https://b.example/"), Entry(nil, "https://a.example/x", "http:", ""), Entry(nil, "https://u:p@a.example/x", "/y", "https://u:p@a.example/y"), Entry(nil, "https://a.example/x", "/../y", "https://a.example/y"),
	Entry("UTF-8", "https://a.example/x", "/\xc3\xa9", "https://a.example/%C3%A9"), Entry("not UTF-8", "https://a.example/x", "/\xe9", "https://a.example/%E9"), Entry("a host in UTF-8", "https://a.example/x", "//\xc3\xa9.example", "https://xn--9ca.example/"),
	Entry(nil, "https://a.example/x", "https://b.example/y#g", "https://b.example/y#g"), Entry(nil, "https://a.example/x", "\\\\b.example\\y", "https://b.example/y"), Entry(nil, "https://a.example/x", "https://[", ""), Entry(nil, "https://a.example:8080/x", "/z#f", "https://a.example:8080/z#f"),
)

var _ = It("serialises origins of URLs", func() {
	Expect(spec.SerializeOrigin("https://a.example:8443/x")).To(Equal("https://a.example:8443"))
	Expect(spec.SerializeOrigin("data:,")).To(Equal("null"))
	Expect(spec.SerializeOrigin("blob:https://a.example/x")).To(Equal("https://a.example"))
	_, err := spec.SerializeOrigin("x")
	Expect(err).To(HaveOccurred())
})

var _ = It("knows long hosts only through the whole parser", func() {
	_, err := spec.ParseURL("https://" + strings.Repeat("a", 300) + ".example/")
	Expect(err).NotTo(HaveOccurred(), "the URL Standard does not check lengths")
})
