//go:build !race

// Package race tells tests whether the race detector is built in: what only
// measures, or runs sixty servers, takes many times as long with it.
package race

// Enabled says whether the race detector is built in.
const Enabled = false
