package exchange

import (
	"bytes"
	stdjson "encoding/json"
	"reflect"
	"testing"

	"github.com/go-json-experiment/json"
)

// strictLine is the format as a general strict decoder sees it: names by case,
// none unknown, none twice, UTF-8.
type strictLine struct {
	ID      string   `json:"id"`
	Session *string  `json:"session"`
	At      *float64 `json:"at"`
	Request struct {
		API         string      `json:"api"`
		Origin      string      `json:"origin"`
		URL         string      `json:"url"`
		Method      string      `json:"method"`
		Headers     [][2]string `json:"headers"`
		Mode        string      `json:"mode"`
		Credentials string      `json:"credentials"`
		Redirect    string      `json:"redirect"`
		Body        *struct {
			ContentType *string `json:"content_type"`
			Stream      bool    `json:"stream"`
		} `json:"body"`
		UploadListener bool `json:"upload_listener"`
	} `json:"request"`
	Hops []struct {
		Preflight *strictResponse `json:"preflight"`
		Response  *strictResponse `json:"response"`
	} `json:"hops"`
}

type strictResponse struct {
	Status  int         `json:"status"`
	Headers [][2]string `json:"headers"`
}

func FuzzLine(f *testing.F) {
	f.Add(`{"id":"any","session":"s1","at":0.5,"request":{"api":"fetch","origin":"https://app.example.com","url":"https://api.example.org/x","method":"PUT","headers":[["X-A","1"]],"mode":"cors","credentials":"same-origin","redirect":"follow","body":{"content_type":"text/plain","stream":false},"upload_listener":false},"hops":[{"preflight":{"status":204,"headers":[["Access-Control-Allow-Origin","*"],["Access-Control-Allow-Methods","*"],["Access-Control-Allow-Headers","x-a"]]},"response":{"status":302,"headers":[["Access-Control-Allow-Origin","*"],["Location","/y"]]}},{"response":{"status":200}}]}`)
	f.Add(`{"id":"\u00e9\ud83d\ude00","request":{"origin":"null","url":"https://a/","headers":[["X","\u00ff\n"]],"body":null},"hops":[]}`)
	f.Add(`{"id":"x","id":"y"}`)
	f.Add(`{"ID":"x"}`)
	f.Add(`{"id":"x","at":1e400,"request":{},"hops":[]}`)
	f.Add("{\"id\":\"\xff\"}")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ParseLine(text)
		if err == nil {
			var strict strictLine
			if err := json.Unmarshal([]byte(text), &strict, json.RejectUnknownMembers(true)); err != nil {
				t.Fatalf("%q: taken, but: %v", text, err)
			}
			again, err := ParseLine(string(l.Append(nil)))
			if err != nil {
				t.Fatalf("%q: written as %s: %v", text, l.Append(nil), err)
			}
			if !bytes.Equal(again.Append(nil), l.Append(nil)) {
				t.Fatalf("%q: %+v, then %+v", text, l, again)
			}
			if strict.ID != l.ID || strict.Request.Origin != l.Request.Origin || strict.Request.URL != l.Request.URL || len(strict.Hops) != len(l.Hops) {
				t.Fatalf("%q: read as %+v", text, l)
			}
		}
		e := NewEvaluator(Options{})
		out, ok := e.AppendEval(nil, text, 1)
		if !stdjson.Valid(out) {
			t.Fatalf("%q: not JSON: %s", text, out)
		}
		if ok && err != nil {
			t.Fatalf("%q: decided, but: %v", text, err)
		}
		if ok {
			fresh, _ := NewEvaluator(Options{}).AppendEval(nil, text, 1)
			if !reflect.DeepEqual(fresh, out) {
				t.Fatalf("%q: %s, then %s", text, out, fresh)
			}
		}
	})
}
