// Package ask is what a person states about the requests to a server: fields,
// cookies and content of their own, the way there (proxy, addresses, socket,
// certificates, protocol), and which of it is a secret.
package ask
