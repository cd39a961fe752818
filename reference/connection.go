package reference

import (
	"context"
	"net"
	"sync"
)

// connection is what a defect may remember about one connection.
type connection struct {
	mu     sync.Mutex
	origin string // of its first request
	n      int    // requests so far
}

type connectionKey struct{}

func withConnection(ctx context.Context, _ net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, new(connection))
}

// connectionOf returns the request's connection, nil without hooks.connection.
func connectionOf(ctx context.Context) *connection {
	c, _ := ctx.Value(connectionKey{}).(*connection)
	return c
}
