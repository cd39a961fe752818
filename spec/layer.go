package spec

// Layer is what stops a request, or keeps its answer.
type Layer string

// The layers. Of LayerCookie, LayerTLS and LayerExtension nothing is ever decided here: the first
// depends on the browser's cookie jar, the second on the connection, the third on what the user
// has installed.
const (
	LayerCORS         Layer = "cors"
	LayerMixedContent Layer = "mixed-content"
	LayerCSP          Layer = "csp"
	LayerIntegrity    Layer = "integrity"
	LayerLocalNetwork Layer = "local-network"
	LayerCORP         Layer = "corp"
	LayerORB          Layer = "orb" // what an element may not load because of its type
	LayerWorker       Layer = "service-worker"
	LayerNetwork      Layer = "network"
	LayerCookie       Layer = "cookie"
	LayerTLS          Layer = "tls"
	LayerExtension    Layer = "extension"
	// LayerHSTS never stops a request: it makes https of http, which may end otherwise.
	LayerHSTS Layer = "hsts"
	// LayerCOEP is the embedder policy of LayerCORP, which may not be known where the rest is.
	LayerCOEP Layer = "coep"
)

// The reasons that are not CORS, decided where a request has a PageContext. Names are DevTools'
// where it has one. They are not among Reasons.
const (
	ReasonMixedContent         Reason = "MixedContent"
	ReasonCSP                  Reason = "CspBlocked"
	ReasonIntegrity            Reason = "IntegrityMismatch"
	ReasonIntegrityPolicy      Reason = "IntegrityPolicyBlocked"
	ReasonLocalPermission      Reason = "LocalNetworkAccessPermissionDenied"
	ReasonInsecureLocalNetwork Reason = "InsecureLocalNetwork"
	ReasonLocalTarget          Reason = "InvalidLocalNetworkAccess"
	ReasonCORPNotSameOrigin    Reason = "CorpNotSameOrigin"
	ReasonCORPNotSameSite      Reason = "CorpNotSameSite"
	ReasonCORPByCOEP           Reason = "CorpNotSameOriginAfterDefaultedToSameOriginByCoep"
	ReasonORB                  Reason = "ResponseWasBlockedByORB"
	ReasonNosniff              Reason = "NosniffMimeType"
	ReasonMimeType             Reason = "BlockedMimeType"
	ReasonWorker               Reason = "ServiceWorkerError"
	ReasonBadPort              Reason = "UnsafePort"
)

// layers are those of the reasons that are not CORS.
var layers = map[Reason]Layer{
	ReasonMixedContent: LayerMixedContent, ReasonCSP: LayerCSP, ReasonIntegrity: LayerIntegrity, ReasonIntegrityPolicy: LayerIntegrity,
	ReasonLocalPermission: LayerLocalNetwork, ReasonInsecureLocalNetwork: LayerLocalNetwork, ReasonLocalTarget: LayerLocalNetwork,
	ReasonCORPNotSameOrigin: LayerCORP, ReasonCORPNotSameSite: LayerCORP, ReasonCORPByCOEP: LayerCORP,
	ReasonORB: LayerORB, ReasonNosniff: LayerORB, ReasonMimeType: LayerORB,
	ReasonWorker: LayerWorker, ReasonBadPort: LayerNetwork, ReasonNetworkError: LayerNetwork,
}

// Layer is the layer of a reason; empty for no reason.
func (r Reason) Layer() Layer {
	if r == "" {
		return ""
	}
	if l, ok := layers[r]; ok {
		return l
	}
	switch r { // harness/agent's names, where an agent asks for no more than whether it was CORS
	case "BlockedByCORP":
		return LayerCORP
	case "BlockedByORB":
		return LayerORB
	}
	return LayerCORS
}

// MaskReasons are the reasons that are not CORS, in no order.
func MaskReasons() []Reason {
	list := make([]Reason, 0, len(layers))
	for r := range layers {
		list = append(list, r)
	}
	return list
}

// An Unconsidered is a layer that an outcome may say nothing of, and why.
type Unconsidered struct {
	Layer Layer
	Why   string
}

// unconsidered are all of them, in the order of their names.
var unconsidered = [...]Unconsidered{
	{LayerCOEP, "context.coep does not say which Cross-Origin-Embedder-Policy the page has"},
	{LayerCookie, "which cookies go along depends on those that the browser has, and how it treats third-party cookies"},
	{LayerCORP, "there is no context"},
	{LayerCSP, "context.csp does not say which policies the page has; or a script is allowed by its nonce, its hash or 'strict-dynamic', which an exchange does not have"},
	{LayerExtension, "what the user has installed is not known to any server or page"},
	{LayerHSTS, "context.hsts does not say which hosts the browser knows to want https"},
	{LayerIntegrity, "the content decides, which an exchange does not have; or context.integrity_policy is not given"},
	{LayerLocalNetwork, "context.address_space does not say where the page came from, or the engine was not measured"},
	{LayerMixedContent, "there is no context"},
	{LayerORB, "Opaque Response Blocking is no part of the Fetch Standard yet, and where the header fields do not decide the content does"},
	{LayerWorker, "context.service_worker does not say what the page's service worker does"},
	{LayerTLS, "the certificate and the handshake are no part of an exchange"},
}

// AllUnconsidered are the layers that an outcome may say nothing of, in the order of their names,
// with the reasons.
func AllUnconsidered() []Unconsidered { return unconsidered[:] }

// NotConsidered appends to dst the layers that the outcome says nothing of, sorted: a browser may
// stop the request, or keep its answer, for one of them. Call it once Next returns ActionDone.
func (f *Fetch) NotConsidered(dst []string) []string {
	for i := range unconsidered {
		if l := unconsidered[i].Layer; !f.considered(l) {
			dst = append(dst, string(l))
		}
	}
	return dst
}

// considered tells whether the outcome takes a layer into account, or whether the layer cannot
// concern the request.
func (f *Fetch) considered(l Layer) bool {
	c := f.req.Context
	if c == nil {
		return l == LayerCOEP // part of LayerCORP
	}
	switch l {
	case LayerCORP, LayerMixedContent:
		return true
	case LayerCOEP:
		return c.Embedder != "" || f.req.Mode != ModeNoCORS
	case LayerCSP:
		return c.CSP != nil && !f.cspOpen
	case LayerHSTS:
		return c.HSTS != nil || !f.anyHop(plainName)
	case LayerIntegrity:
		return !f.integrityOpen()
	case LayerLocalNetwork:
		return c.AddressSpace != "" && localNetworkKnown(f.p.Engine)
	case LayerORB:
		return f.out.Type != TypeOpaque || f.orbDecided
	case LayerWorker:
		return c.Worker != ""
	case LayerCookie:
		return !f.anyHop(func(h *Hop) bool { return h.Credentials })
	case LayerTLS:
		return !f.anyHop(func(h *Hop) bool { return len(h.URL) > 6 && h.URL[:6] == "https:" })
	}
	return false
}

func (f *Fetch) anyHop(is func(h *Hop) bool) bool {
	for i := range f.hops {
		if is(&f.hops[i]) {
			return true
		}
	}
	return false
}

// plainName tells whether a hop goes to a name over http, which HSTS may change.
func plainName(h *Hop) bool {
	u, err := ParseURL(h.URL)
	return err == nil && mayBeHSTS(u)
}
