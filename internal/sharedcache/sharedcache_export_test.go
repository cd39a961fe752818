package sharedcache

import (
	"github.com/corsproof/corsproof/internal/wire"
)

import "time"

// StartSharedCache starts a shared cache of its own.
func StartSharedCache(timeout time.Duration) (*Cache, error) {
	return Start(wire.NewSender(nil, nil, timeout), timeout)
}
