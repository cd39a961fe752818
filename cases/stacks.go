package cases

// Setting is the part of a configuration that a cause concerns.
type Setting string

// The settings.
const (
	SettingOrigins     Setting = "origins"     // which origins may read
	SettingCredentials Setting = "credentials" // whether they may with credentials
	SettingMethods     Setting = "methods"
	SettingHeaders     Setting = "headers" // request headers
	SettingExpose      Setting = "expose"  // response headers that scripts can read
	SettingMaxAge      Setting = "max-age"
	SettingPreflight   Setting = "preflight" // that preflights are answered by the CORS layer, before all else
	SettingErrors      Setting = "errors"    // that every answer gets the headers: errors, redirects, what other layers make
	SettingTwice       Setting = "twice"     // that one layer alone writes the headers
	SettingVary        Setting = "vary"
)

// Settings are all of them.
var Settings = []Setting{SettingOrigins, SettingCredentials, SettingMethods, SettingHeaders, SettingExpose, SettingMaxAge, SettingPreflight, SettingErrors, SettingTwice, SettingVary}
