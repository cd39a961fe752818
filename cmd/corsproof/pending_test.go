package main

// pending are kinds of which a run does not yet say the truth, with what is wrong.
var pending = map[string]string{
	"compressed-without-cors":         "being mended",
	"connections-are-short":           "being mended",
	"content-left-on-the-connection":  "being mended",
	"denied-origin-by-method":         "being mended",
	"error-without-cors":              "being mended",
	"no-cors-at-all":                  "being mended",
	"no-origin-at-all":                "being mended",
	"not-modified-without-cors":       "being mended",
	"preflight-redirected":            "being mended",
	"preflight-refused-by-the-router": "being mended",
	"star-for-credentials":            "being mended",
	"stated-origins-in-a-value":       "being mended",
	"stream-for-everybody":            "being mended",
	"target-that-dies":                "being mended",
	"target-that-falls-silent":        "being mended",
}
