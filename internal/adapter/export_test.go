package adapter

import "strings"

// ContractPaths are the paths of the contract that adapters are asked for, without queries.
func ContractPaths() []string {
	var paths []string
	for _, probe := range contract {
		path, _, _ := strings.Cut(probe.path, "?")
		paths = append(paths, path)
	}
	return paths
}

// AlikeFields are the fields that alike may name.
func AlikeFields() []Field { return fields }
