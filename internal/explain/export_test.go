package explain

// CauseIDs are those that are named anywhere.
func CauseIDs() []string {
	var ids []string
	for _, id := range causes {
		ids = append(ids, id)
	}
	for _, id := range forms {
		ids = append(ids, id)
	}
	for _, f := range failures {
		ids = append(ids, f.cause)
	}
	for _, status := range []int{0, 302, 400, 401, 404, 429, 500} {
		ids = append(ids, preflightStatus(status))
		for _, p := range []answer3{yes, no} {
			ids = append(ids, (&sighting{status: status, preflight: p}).missing())
		}
	}
	return ids
}
