// Package errordoc writes the pages of docs/errors: one for each reason that a browser has,
// with its sentence for a title, and one for each cause.
package errordoc
