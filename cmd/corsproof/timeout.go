package main

import (
	"fmt"
	"time"
)

// timeLimit refuses a --timeout in which nothing can be answered.
func timeLimit(d time.Duration) error {
	if d > 0 {
		return nil
	}
	return usage(fmt.Errorf("--timeout %s leaves no time for an answer", d), "--timeout takes a time above 0, such as 30s or 2m (not given: 10s)")
}
