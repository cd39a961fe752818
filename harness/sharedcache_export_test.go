package harness

import "time"

// StartSharedCache starts a shared cache of its own.
func StartSharedCache(timeout time.Duration) (*SharedCache, error) {
	return startSharedCache(newSender(nil, 0, timeout), timeout)
}
