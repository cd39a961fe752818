package main

import (
	"net/http"

	"github.com/go-chi/cors"
)

// layer is made otherwise in old releases.
func layer(o cors.Options) func(http.Handler) http.Handler { return cors.Handler(o) }
