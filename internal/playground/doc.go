// Package playground is a page on which a person tries what a browser makes of
// an answer: a request of a script, the answers of a server, and what comes of
// them in the person's own browser.
//
// Two origins on loopback perform it for real. The page arms an answer, its
// frame requests it from the second origin, which writes down what arrived and
// what it said. The same exchange is then decided by the model, explained, and
// compared with what the browser did. The page loads and sends nothing else.
package playground
