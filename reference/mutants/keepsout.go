package mutants

import "slices"

// keepingOut are the classes of defects that let nobody in: something that the
// policy allows is refused, or lost on the way, or a rule of the message is broken.
var keepingOut = []Class{
	GrantMissing, SafelistedBlocked, ErrorLosesGrant, RequestDependent, TransportDependent, RequestHeaderList, UnusablePair, TwoValues, MaxAgeWrong,
	OptionsHijacked, PreflightNoOrigin, PreflightThrough, FieldSyntax, FieldMisplaced, GrantOnDenied, VaryMissing, VaryDenied, Crash, ContractBroken, ResponseFraming,
}

// alsoLettingIn are those of these classes that have another side: who gets in by it.
var alsoLettingIn = []string{
	"any-creds-no-vary",             // reflects every origin besides
	"vary-tenant-missing",           // one tenant is given what is another's
	"no-origin-gets-unvarying-star", // a cache gives every origin a *
}

// KeepsOut tells whether the defect only keeps somebody out, or breaks a rule: then
// nothing that it shows is a security finding.
func (m Mutant) KeepsOut() bool {
	return slices.Contains(keepingOut, m.Class) && !slices.Contains(alsoLettingIn, m.Name)
}
