//go:build !unix

package explain_test

import "time"

var started = time.Now()

// clock is the time on the wall, where nothing tells that of the processor.
func clock() time.Duration { return time.Since(started) }
