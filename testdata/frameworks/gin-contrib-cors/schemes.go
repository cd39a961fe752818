package main

import (
	"slices"
	"strings"

	"github.com/gin-contrib/cors"
)

// schemes allows those of the origins that are not allowed anyway. Old releases have
// no option for it.
func schemes(config *cors.Config, origins []string) {
	for _, origin := range origins {
		scheme, _, absolute := strings.Cut(origin, "://")
		scheme += "://"
		switch {
		case !absolute || slices.Contains(cors.DefaultSchemas, scheme): // "*" and "null" have none
		case slices.Contains(cors.ExtensionSchemas, scheme):
			config.AllowBrowserExtensions = true
		default:
			config.CustomSchemas = append(config.CustomSchemas, scheme)
		}
	}
}
