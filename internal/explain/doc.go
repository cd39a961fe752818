// Package explain says why a browser blocked a request, from what somebody has of it: the
// message of a console, a HAR, a command, the lines of an answer.
//
// A reader for each kind of input makes sightings: what the text shows of one request. Where
// the text has the browser's own sentence, that is the reason; where it has answers, the
// model decides. What the text leaves open is said to be open. Nothing is sent.
package explain
