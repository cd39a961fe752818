// Package secret takes secrets out of what is shown. Some are known: what a person gave.
// The others are told by where they are: the user info and the fragment of a URL, a
// cookie, a field or a parameter whose name says so. What is shown of a secret is that
// there is one, never a part of it.
package secret
