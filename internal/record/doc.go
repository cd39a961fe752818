// Package record makes exchanges of what the wire client sent and was answered.
package record
