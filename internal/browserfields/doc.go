// Package browserfields knows the request fields that a browser adds by itself, for
// the model and for raw requests that say nothing else.
package browserfields
