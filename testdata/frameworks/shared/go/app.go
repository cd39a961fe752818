package contract

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Ask is what was asked, as the application sees it.
type Ask struct {
	Method  string
	URL     string // the request target below the policy, with the query
	Headers [][2]string
	Body    string
}

// Answer is what the application answers, before a framework writes it.
type Answer struct {
	Status int
	Fields []Field
	Chunks []string // of the body; between two of them the response is flushed
}

// Field is a response header field, in the order of writing.
type Field struct {
	Name, Value string
	Add         bool // another line, rather than in place of what is there
}

// Route is one handler of the contract, as a router needs it. Its Answer panics
// where the contract says so.
type Route struct {
	Path    string
	Methods []string
	Answer  func(Ask) Answer
}

// everyMethod stands in for "all but OPTIONS" where a router wants the methods
// one by one: those of HTTP, and one that an application made up.
var everyMethod = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY", "CHICKEN"}

// Routes makes the handlers of one policy's application.
func Routes() []Route {
	all := append(slices.Clone(everyMethod), "OPTIONS")
	var calls counter
	routes := []Route{
		{"/ok", everyMethod, func(Ask) Answer {
			return text("ok", Field{"X-Resp", "1", false}, Field{"X-Other", "2", false}, Field{"X-Hidden", "3", false})
		}},
		{"/options", []string{"GET", "OPTIONS"}, func(Ask) Answer { return text("options", Field{"Allow", "GET, OPTIONS", false}) }},
		{"/echo", everyMethod, echo},
		{"/respond", everyMethod, respond},
		{"/panic", []string{"GET"}, func(Ask) Answer { panic("the handler /panic panics") }},
		{"/count", all, calls.count},
		{"/count/read", []string{"GET"}, calls.read},
		{"/secret", all, secret},
		{"/post-only", []string{"POST"}, func(Ask) Answer { return text("posted") }},
		{"/stream", []string{"GET"}, func(Ask) Answer {
			answer := text("a")
			answer.Chunks = append(answer.Chunks, "b")
			return answer
		}},
	}
	for i, route := range routes {
		routes[i].Answer = named(strings.Split(route.Path, "/")[1], route.Answer)
	}
	return routes
}

// named marks the answers of a handler with its name.
func named(name string, handler func(Ask) Answer) func(Ask) Answer {
	return func(ask Ask) Answer {
		answer := handler(ask)
		answer.Fields = append([]Field{{"X-App", name, false}}, answer.Fields...)
		return answer
	}
}

func text(body string, fields ...Field) Answer {
	return Answer{http.StatusOK, append([]Field{{"Content-Type", "text/plain", false}}, fields...), []string{body}}
}

func echo(ask Ask) Answer {
	body, err := json.Marshal(map[string]any{"method": ask.Method, "headers": ask.Headers, "body": ask.Body})
	if err != nil {
		panic(err)
	}
	return Answer{http.StatusOK, []Field{{"Content-Type", "application/json", false}}, []string{string(body)}}
}

// respond does what the query says, in the query's order, which is why it is
// not read as a map.
func respond(ask Ask) Answer {
	answer, body := Answer{Status: http.StatusOK}, ""
	_, query, _ := strings.Cut(ask.URL, "?")
	for pair := range strings.SplitSeq(query, "&") {
		key, raw, _ := strings.Cut(pair, "=")
		value, err := url.QueryUnescape(raw)
		if err != nil {
			continue
		}
		name, field, _ := strings.Cut(value, ":")
		switch key {
		case "status":
			answer.Status, _ = strconv.Atoi(value)
		case "add", "set":
			answer.Fields = append(answer.Fields, Field{name, strings.TrimSpace(field), key == "add"})
		case "etag":
			answer.Fields = append(answer.Fields, Field{"ETag", value, false})
			if known, _ := ask.header("If-None-Match"); strings.Contains(known, value) {
				answer.Status = http.StatusNotModified
			}
		case "body":
			body = value
		}
	}
	if answer.Status < 200 || answer.Status > 599 {
		return Answer{http.StatusBadRequest, nil, []string{"status must be a number from 200 to 599"}}
	}
	if body != "" && answer.Status != http.StatusNoContent && answer.Status != http.StatusNotModified {
		answer.Chunks = []string{body}
	}
	return answer
}

func secret(ask Ask) Answer {
	if _, given := ask.header("Authorization"); !given {
		return Answer{http.StatusUnauthorized, []Field{{"WWW-Authenticate", "Bearer", false}}, nil}
	}
	return text("secret")
}

// header is the first value of a request header, and whether there is one: it may be empty.
func (a Ask) header(name string) (value string, given bool) {
	for _, header := range a.Headers {
		if strings.EqualFold(header[0], name) {
			return header[1], true
		}
	}
	return "", false
}

func (a Ask) key() string {
	_, query, _ := strings.Cut(a.URL, "?")
	values, _ := url.ParseQuery(query)
	return values.Get("key")
}

// counter counts the calls of /count for each key.
type counter struct {
	mu    sync.Mutex
	calls map[string]int
}

func (c *counter) count(ask Ask) Answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls == nil {
		c.calls = map[string]int{}
	}
	c.calls[ask.key()]++
	return text("counted")
}

func (c *counter) read(ask Ask) Answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return text(strconv.Itoa(c.calls[ask.key()]))
}
