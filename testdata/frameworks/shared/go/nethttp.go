package contract

import (
	"io"
	"net/http"
)

// App is the application for middleware that brings no router of its own: the
// routes on the standard library's.
func App() http.Handler {
	mux := http.NewServeMux()
	for _, route := range Routes() {
		for _, method := range route.Methods {
			mux.HandleFunc(method+" "+route.Path, route.ServeHTTP)
		}
	}
	return mux
}

// ServeHTTP is the route as a handler of net/http, for frameworks built on it.
func (r Route) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		http.Error(w, "reading the body: "+err.Error(), http.StatusBadRequest)
		return
	}
	// net/http takes Host out of the header.
	ask := Ask{request.Method, request.URL.RequestURI(), [][2]string{{"Host", request.Host}}, string(body)}
	for name, values := range request.Header {
		for _, value := range values {
			ask.Headers = append(ask.Headers, [2]string{name, value})
		}
	}
	answer := r.Answer(ask)
	for _, field := range answer.Fields {
		if field.Add {
			w.Header().Add(field.Name, field.Value)
		} else {
			w.Header().Set(field.Name, field.Value)
		}
	}
	w.WriteHeader(answer.Status)
	for i, chunk := range answer.Chunks {
		if i > 0 {
			_ = http.NewResponseController(w).Flush()
		}
		_, _ = io.WriteString(w, chunk)
	}
}
