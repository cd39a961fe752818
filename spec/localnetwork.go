package spec

import (
	"slices"
	"strings"
)

const localNetworkStandard = "https://wicg.github.io/local-network-access/"

// AddressSpace is how near an address is
// (https://wicg.github.io/local-network-access/#ip-address-space-section).
type AddressSpace string

// The address spaces, each nearer than the one before.
const (
	SpacePublic   AddressSpace = "public"
	SpaceLocal    AddressSpace = "local"
	SpaceLoopback AddressSpace = "loopback"
)

// AddressSpaces are all of them.
func AddressSpaces() []AddressSpace {
	return []AddressSpace{SpacePublic, SpaceLocal, SpaceLoopback}
}

var ruleLocalNetwork = rule{"local-network-access-check", localNetworkStandard + "#local-network-access-check"}

// localNetworkKnown tells whether it is known what an engine does about local network access:
// the specification says it, and Chromium was measured; Firefox and WebKit were not.
func localNetworkKnown(e Engine) bool {
	return e == "" || e == EngineFetch || e == EngineChromium
}

// localNetwork is https://wicg.github.io/local-network-access/#local-network-access-check for a
// connection to the current URL, for a preflight or for the request itself.
func (f *Fetch) localNetwork(preflight bool) bool {
	c := f.req.Context
	if c == nil || c.AddressSpace == "" || !localNetworkKnown(f.p.Engine) {
		return false
	}
	page, server := c.AddressSpace, f.serverSpace()
	if f.p.LocalOwnFirst && f.origin.SameOrigin(f.url.Origin()) && (f.url.Scheme() == "https" || loopbackHost(f.url.host)) {
		return false
	}
	if target := c.TargetAddressSpace; target != "" && !(preflight && f.p.LocalTargetLate) {
		if target != server {
			return f.keptOut(ReasonLocalTarget, "and the script said targetAddressSpace: "+string(target))
		}
		if !f.p.LocalTargetAsks {
			f.t.add(ruleLocalNetwork, "the address is in "+string(server)+", as targetAddressSpace says")
			return false
		}
	}
	switch {
	case rank(server) <= rank(page), f.p.LocalFromPublic && page != SpacePublic:
		return false
	case f.origin.SameOrigin(f.url.Origin()) && f.secure():
		return false
	case !f.secure():
		return f.keptOut(ReasonInsecureLocalNetwork, "and the page is not a secure context")
	case !c.LocalNetwork:
		return f.keptOut(ReasonLocalPermission, "and the user has not allowed it")
	}
	if f.t != nil {
		f.t.add(ruleLocalNetwork, "the address is in "+string(server)+", and the user has allowed it")
	}
	return false
}

// keptOut stops a request to a nearer address space.
func (f *Fetch) keptOut(r Reason, why string) bool {
	if f.t != nil {
		f.t.add(ruleLocalNetwork, "the address is in "+string(f.serverSpace())+", "+why+": network error")
	}
	f.block(r, "")
	return true
}

// localNetworkWaives tells whether mixed content is left to the check of local network access
// (https://wicg.github.io/local-network-access/#mixed-content): for literal private addresses,
// names in .local, and where the script names the address space.
func (f *Fetch) localNetworkWaives() bool {
	c := f.req.Context
	if c.AddressSpace == "" || !localNetworkKnown(f.p.Engine) {
		return false
	}
	if c.TargetAddressSpace != "" || strings.HasSuffix(f.url.host, ".local") {
		return true
	}
	ip, ok := literal(f.url.host)
	return ok && (ip.IsPrivate() || ip.IsLinkLocalUnicast())
}

// serverSpace is the address space of the current hop's server.
func (f *Fetch) serverSpace() AddressSpace {
	if i := len(f.hops) - 1; i < len(f.req.Context.Servers) && f.req.Context.Servers[i] != "" {
		return f.req.Context.Servers[i]
	}
	if loopbackHost(f.url.host) {
		return SpaceLoopback
	}
	if ip, ok := literal(f.url.host); ok && (ip.IsPrivate() || ip.IsLinkLocalUnicast()) {
		return SpaceLocal
	}
	if strings.HasSuffix(f.url.host, ".local") {
		return SpaceLocal
	}
	return SpacePublic
}

func rank(s AddressSpace) int { return slices.Index(AddressSpaces(), s) }
