// Package block lays a finding out for people: a few lines of text that say
// what is wrong, who is affected, what was received and wanted, what a browser
// prints, why, and what to do.
package block
