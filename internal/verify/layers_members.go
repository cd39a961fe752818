package verify

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"

	"github.com/corsproof/corsproof/spec"
)

// members makes what a script says of its request besides: integrity metadata, and in which address
// space it takes the server to be.
func (g *LayerGenerator) members(x *Exchange) {
	c := x.Request.Context
	c.LocalNetwork = g.chance(50)
	if x.Request.API == spec.APIXHR || c.Destination == "image" {
		return
	}
	c.IntegrityPolicy = []string{}
	if c.Destination != "" && g.chance(20) {
		c.IntegrityPolicy = pick(g.rng, []string{"script"}, []string{"style"}, []string{"script", "style"})
	}
	if g.chance(14) {
		c.Integrity = pick(g.rng, metadata(content)...)
	}
	if len(g.bases) != len(g.far) && x.Request.API == spec.APIFetch && g.chance(20) {
		c.TargetAddressSpace = pick(g.rng, spec.SpaceLocal, spec.SpaceLoopback)
	}
}

// metadata are values of an integrity attribute, of which the first match the content.
func metadata(content string) []string {
	right256, right384, right512 := digests(content)
	wrong256, _, wrong512 := digests("another")
	return []string{
		right256, right384, right512, wrong256 + " " + right256, wrong256 + " " + right512, right256 + "?x", "md5-x " + right384, "md5-x", " ",
		wrong256, wrong512, right256 + " " + wrong512, "md5-x " + wrong256,
	}
}

func digests(content string) (sha256Item, sha384Item, sha512Item string) {
	a, b, c := sha256.Sum256([]byte(content)), sha512.Sum384([]byte(content)), sha512.Sum512([]byte(content))
	enc := base64.StdEncoding.EncodeToString
	return "sha256-" + enc(a[:]), "sha384-" + enc(b[:]), "sha512-" + enc(c[:])
}

// place says in which address space the server of each hop is.
func (g *LayerGenerator) place(x *Exchange) {
	var spaces []spec.AddressSpace
	u, _ := spec.ParseURL(x.Request.URL)
	for i := range x.Hops {
		spaces = append(spaces, g.spaces[u.Origin().Port])
		location, ok := x.Hops[i].Response.Header.Get("Location")
		if next, err := u.Resolve(location); ok && err == nil && next.IsHTTP() { // else there is no server
			u = next
		}
	}
	last := g.spaces[u.Origin().Port]
	for range 3 { // what a redirect leads to beyond, and redirects of the browser's own
		spaces = append(spaces, last)
	}
	x.Request.Context.Servers = spaces
}

// members are what a context says of the call, or of the element.
func members(c *spec.PageContext) map[string]string {
	if c == nil || c.Integrity == "" && c.TargetAddressSpace == "" {
		return nil
	}
	m := map[string]string{}
	if c.Integrity != "" {
		m["integrity"] = c.Integrity
	}
	if c.TargetAddressSpace != "" {
		m["targetAddressSpace"] = string(c.TargetAddressSpace)
	}
	return m
}
