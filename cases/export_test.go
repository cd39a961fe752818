package cases

// PredicateEntries are the entries of the table of predicates: for each key, what
// the schema says of it.
func PredicateEntries() map[string]string {
	about := map[string]string{}
	for key, e := range predicates {
		about[key] = e.about
	}
	return about
}
