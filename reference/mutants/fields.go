package mutants

// The fields of the CORS protocol, as net/http spells them.
const (
	fieldOrigin = "Origin"
	fieldVary   = "Vary"
	fieldACRM   = "Access-Control-Request-Method"
	fieldACRH   = "Access-Control-Request-Headers"
	fieldACRPN  = "Access-Control-Request-Private-Network"
	fieldACAO   = "Access-Control-Allow-Origin"
	fieldACAC   = "Access-Control-Allow-Credentials"
	fieldACAM   = "Access-Control-Allow-Methods"
	fieldACAH   = "Access-Control-Allow-Headers"
	fieldACAPN  = "Access-Control-Allow-Private-Network"
	fieldACMA   = "Access-Control-Max-Age"
	fieldACEH   = "Access-Control-Expose-Headers"
	fieldTAO    = "Timing-Allow-Origin"
)
