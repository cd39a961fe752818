package disagree_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/internal/disagree"
	"github.com/corsproof/corsproof/spec"
)

var _ = Describe("why a request was blocked", func() {
	refused := func(reason spec.Reason, parameter string) *spec.Outcome {
		return &spec.Outcome{Result: spec.Blocked, Reason: reason, FailedParameter: parameter, Hops: []spec.Hop{{URL: "https://api.example/", Sent: true}}}
	}
	header := spec.ReasonHeaderDisallowedByPreflightResponse
	several := disagree.BlockedRequest{Origin: "https://app.example", Mode: spec.ModeCORS, Refused: []string{"x-a", "x-b"}}

	DescribeTable("is compared", func(x disagree.BlockedRequest, model, browser *spec.Outcome, what, departure string) {
		got, ofModel, ofBrowser, why := disagree.Reasons(x, model, browser)
		Expect(got).To(Equal(what))
		Expect(why).To(Equal(departure))
		switch what {
		case "":
			Expect(ofModel + ofBrowser).To(BeEmpty())
		case "reason":
			Expect([]string{ofModel, ofBrowser}).To(Equal([]string{string(model.Reason), string(browser.Reason)}))
		default:
			Expect(ofModel).To(ContainSubstring(model.FailedParameter))
			Expect(ofBrowser).To(Equal(browser.FailedParameter))
		}
	},
		Entry("the same", several, refused(header, "x-a"), refused(header, "x-a"), "", ""),
		Entry("another of the refused headers", several, refused(header, "x-a"), refused(header, "x-b"), "", "refused-header-arbitrary"),
		Entry("a header that was allowed", several, refused(header, "x-a"), refused(header, "x-c"), "failed parameter", ""),
		Entry("another header, and it is not known which were refused", disagree.BlockedRequest{}, refused(header, "x-a"), refused(header, "x-b"), "failed parameter", ""),
		Entry("another method", several, refused(spec.ReasonMethodDisallowedByPreflightResponse, "PUT"), refused(spec.ReasonMethodDisallowedByPreflightResponse, "put"), "failed parameter", ""),
		Entry("another reason", several, refused(header, "x-a"), refused(spec.ReasonMissingAllowOriginHeader, ""), "reason", ""),
		Entry("names of ours for network errors", several, refused(spec.ReasonTooManyRedirects, ""), refused(spec.ReasonNetworkError, ""), "", ""),
		Entry("a CORS error that is a network error to the browser", several, refused(header, "x-a"), refused(spec.ReasonNetworkError, ""), "reason", ""),
		Entry("a network error that is called a permission", disagree.BlockedRequest{LocalNetwork: true}, refused(spec.ReasonNetworkError, ""), refused(spec.ReasonLocalPermission, ""), "", "local-network-named"),
		Entry("a network error, and a permission that nobody gave", several, refused(spec.ReasonNetworkError, ""), refused(spec.ReasonLocalPermission, ""), "reason", ""),
		Entry("a redirect to another scheme", several, refused(spec.ReasonCorsDisabledScheme, ""), refused("", ""), "", "redirect-scheme-error"),
		Entry("user info in a redirect across origins", several, refused(spec.ReasonRedirectContainsCredentials, ""), refused("", ""), "reason", ""),
		Entry("user info in a redirect within the origin", disagree.BlockedRequest{Origin: "https://api.example"}, refused(spec.ReasonRedirectContainsCredentials, ""), refused("", ""), "", ""),
		Entry("a mode that the renderer refuses first", disagree.BlockedRequest{Mode: spec.ModeSameOrigin}, refused(spec.ReasonCorsDisabledScheme, ""), refused(spec.ReasonDisallowedByMode, ""), "", "mode-in-renderer"),
	)
})
