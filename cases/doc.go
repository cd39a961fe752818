// Package cases is the table: what an owner can mean (Policy), what a server
// must do about it (Case), and the expansion of the two into checks.
//
// # Case files
//
// Each file of cases/data but policies.yaml and anchors.yaml is one group of
// cases; a directory of users' own ones has the same format.
//
//	group: actual             # the file's name
//	prefix: [actual]          # how ids begin (prefix-...); default: the group's name
//	doc: Requests that are not preflights.
//	x-defs:                   # keys that begin with x- hold YAML anchors
//	  - &pf {method: OPTIONS, headers: ["Origin: {{allowed}}", "Access-Control-Request-Method: {{method}}"]}
//	cases:
//	  - id: actual-get-allowed
//	    title: A GET from an allowed origin is shared with it
//	    level: must           # must, should, practice, info
//	    why: Without the grant no script of the owner's own front end can read the answer.
//	    spec: [fetch#concept-cors-check, rfc9110#section-12.5.5]   # keys of anchors.yaml
//	    policies: [exact, exact-creds]
//	    wire:
//	      headers: ["Origin: {{allowed}}"]
//	    answer:
//	      - shares: "{{allowed}}"
//	      - one_line: Access-Control-Allow-Origin
//
// A case of one step writes request or wire, expect or answer, each, after, times and
// parallel beside its own fields; a case of several writes them in items of
// steps. A step with each (origins, methods, request_headers, exposed, timing_origins) is repeated for every
// entry of that list of the policy, and named after it. The fields are those of Case, Step, Request, Expect, Wire and Predicate.
// Lists of names and of statuses may be given as one value. Every item of answer
// has exactly one predicate. Unknown keys are errors. Strings such as null, true or
// 1.10 need quotes.
//
// A wire step and the headers of a request are bytes: each character U+0000 to
// U+00FF stands for one, so that "\xff" in double quotes is the byte 0xFF, and
// "\u20ac" is an error.
//
// # Templates
//
// Every string of a step is a text/template over the policy. A function
// without a value under a policy (denied, where every origin is allowed) means that
// the case does not apply to that policy; in a step with each, that this entry is left out. A
// line of headers that comes to nothing is left out, one with line breaks is several; in the
// headers of allows and refuses and in lists, commas separate several elements.
//
//	allowed [n]       the nth origin that the policy allows (from 1; default 1), never null
//	denied [n]        an origin that it surely does not allow
//	wild S            the first wildcard with S in place of "*.": wild "x." is a subdomain that the policy
//	                  allows, wild "" the domain itself; of an expression, if its origins are subdomains
//	nullOrigin        null, if the policy allows it
//	target            the target's own origin; over TLS with over: h2 or tls
//	targetHost        its host:port
//	otherScheme, otherPort, otherHost
//	                  origins that differ from target in that component only
//	timed, untimed    the first allowed origin that may read times (timing_origins); that may not, if some may
//	alias             the target's origin by another name of the same server (127.0.0.1, localhost)
//	oneDenied O...    the first of these origins that the policy surely denies; like denied and deniedOrigin never
//	                  the target's own one, which a server may grant
//	allowedLike S, allowedWithPort, allowedApp
//	                  the first allowed origin that begins with S, has a port, has a scheme that is not http or https
//	longerPort        an allowed origin with one more digit after its port
//	shortened         an allowed origin without the last character of its host, if that is an origin that it surely denies
//	parent O, www O   the origin with its first label taken off; with "www." taken off, or put on
//	label O           the first label of an origin's host
//	path "/ok"        the path of an endpoint on the target, for whole request targets ("=...")
//	scheme O, host O, port O, hostport O
//	                  components of an origin: hostport is all after ://
//	method [n]        a listed method that needs permission, PUT first; methods: all (a list)
//	preflightMethod   the same, or GET where no method needs permission: for preflights that are about the origin
//	methodStated      a method that is listed; GET if there is none, or any
//	methodDenied      a method that is not listed
//	header [n]        a listed custom request header, X-Custom first
//	headers           all listed ones that need permission, lower-case and sorted (a list)
//	headerDenied [n]  a header that is not listed
//	allowedOrigin O, deniedOrigin O, allowedMethod M, deniedMethod M, allowedHeader H, deniedHeader H
//	                  what is given, if the policy surely allows (or denies) it; no value if not
//	expose [n]        the nth exposed header
//	entry             what a step with each is repeated for
//	granted           the first origin that the policy allows, null if it allows no other
//	ask               the first method that needs permission; without one GET, whose headers do
//	preflighted M     M, if it is a method that needs permission
//	requestHeaders    all listed request headers that a script can set, lower-case and sorted (a list)
//	allHeaders        the same as a preflight has them, with commas between them; no value if there is none
//	exposes           the names that have to be exposed one by one (a list)
//	sample H          a value that a script may well give the request header H
//	maxAge            the max-age in seconds
//	policy            the policy's name
//	nonce             letters and digits, the same in all steps of a check, never used before
//	rep S N           S, N times
//	lower S, upper S, replace OLD NEW S, quote S (for regular expressions), join LIST S, index LIST N (from 0)
//
// # Declared policies
//
// On an ordinary endpoint a case is checked against a policy that its author has not
// seen, and its findings must be true there too. It applies only if when holds, all
// templates have values, no contract part is needed, the policy is like one of policies in
// each aspect that the case looks at (whether it varies, credentials, what kind of list,
// max-age), the case names nothing of a standard policy that this one lacks, and
// the policy surely means what the case demands. So prefer templates to literal values.
//
// What an endpoint does not serve is not asked for: see Check.On. What a policy states and no
// check looks at is an error of ours: see Policy.Stated and Policy.Looks.
//
// For the same reason the loader checks each expectation against what the policies
// mean: a case that demands the opposite is an error, unless it says intent: "skip: REASON".
//
// # Contract parts
//
// Paths imply the part of the contract that they need (PartOf). So do app
// predicates, expectations on what the application answers (its content, its own header
// fields, the status of what is not a preflight), and Vary: Accept-Encoding. needs adds others.
package cases
