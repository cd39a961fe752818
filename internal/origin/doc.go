// Package origin takes the URLs of targets apart without changing a byte of them.
package origin
