package main

// pending are kinds of which a run does not yet say the truth, with what is wrong.
var pending = map[string]string{
	"star-for-credentials": "the advice for a denied origin is about comparing origins, where nothing is compared: the server sends * to everybody",
}
