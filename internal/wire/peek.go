package wire

// peeked is what a look at an idle connection finds.
type peeked int

const (
	ended    peeked = iota // the server has hung up, and left nothing to read
	silent                 // it is open, and nothing is there to read
	speaking               // bytes are there that no request asked for
)
