// Package fetch makes one request as a browser does, over real connections, and says what a
// script would have of it: the door to package model for a person with one URL.
//
// One exchange goes out, as the Fetch Standard has it. The engines' profiles are judged on it;
// where one would have sent something else, that is named, and what it would have got is not
// guessed.
package fetch
