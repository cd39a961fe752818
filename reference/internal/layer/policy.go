package layer

// Policy is what a layer is compiled from. It has the fields of
// reference.Policy, which says what they mean: one converts to the other, so
// that the compiler keeps the two alike.
type Policy struct {
	Name           string
	Origins        []string
	OriginPatterns []string
	OriginRegexes  []string
	OriginFunc     func(origin string) bool
	Credentials    bool
	Methods        []string
	RequestHeaders []string
	ExposeHeaders  []string
	MaxAge         *int
	PrivateNetwork bool
	TimingOrigins  []string
}
