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

// CheckEmbedded is what is wrong with the embedded table, which Load takes to be right.
func CheckEmbedded() error {
	_, err := load([]Source{embeddedSource}, true)
	return err
}
