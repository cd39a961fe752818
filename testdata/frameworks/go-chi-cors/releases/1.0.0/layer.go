package main

import (
	"net/http"

	"github.com/go-chi/cors"
)

// layer: this release has no function Handler.
func layer(o cors.Options) func(http.Handler) http.Handler { return cors.New(o).Handler }
