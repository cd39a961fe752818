//go:build !unix

package main

// enoughFiles: elsewhere no program is held to few files.
func enoughFiles() error { return nil }
