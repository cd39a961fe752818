package spec

// WorkerAnswer is the type of the answer that a page's service worker gives to a request
// (https://fetch.spec.whatwg.org/#concept-response-type).
type WorkerAnswer string

// The answers that may not fit a request, and WorkerNone: there is no service worker, or it passes
// the request on as it is.
const (
	WorkerNone           WorkerAnswer = "none"
	WorkerCORS           WorkerAnswer = "cors"
	WorkerOpaque         WorkerAnswer = "opaque"
	WorkerOpaqueRedirect WorkerAnswer = "opaqueredirect"
	WorkerError          WorkerAnswer = "error" // Response.error(), or a promise that was rejected
)

// WorkerAnswers are all of them.
func WorkerAnswers() []WorkerAnswer {
	return []WorkerAnswer{WorkerNone, WorkerCORS, WorkerOpaque, WorkerOpaqueRedirect, WorkerError}
}

var ruleWorker = rule{"http-fetch/3", fetchStandard + "#concept-http-fetch"}

// byWorker is HTTP fetch (https://fetch.spec.whatwg.org/#concept-http-fetch), step 3, as far as it
// refuses what a service worker answers. An answer that is taken ends a fetch without any request,
// and what is in it is not known; that is not decided, and LayerWorker stays among NotConsidered.
func (f *Fetch) byWorker() bool {
	if len(f.hops) > 1 || !f.refusesWorker() {
		return false
	}
	if f.t != nil {
		f.t.add(ruleWorker, "the service worker's answer, "+string(f.req.Context.Worker)+", does not fit a request of mode "+string(f.req.Mode)+" and redirect mode "+string(f.req.Redirect)+": network error")
	}
	f.block(ReasonWorker, "")
	return true
}

// refusesWorker is the condition of the step.
func (f *Fetch) refusesWorker() bool {
	switch f.req.Context.Worker {
	case WorkerError:
		return true
	case WorkerCORS:
		return f.req.Mode == ModeSameOrigin
	case WorkerOpaque:
		return f.req.Mode != ModeNoCORS
	case WorkerOpaqueRedirect:
		return f.req.Redirect != RedirectManual
	}
	return false
}
