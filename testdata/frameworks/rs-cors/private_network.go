package main

import "github.com/rs/cors"

// privateNetwork sets what old releases have no option for.
func privateNetwork(o *cors.Options, allowed bool) { o.AllowPrivateNetwork = allowed }
