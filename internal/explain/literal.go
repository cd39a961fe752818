package explain

import (
	"strconv"
	"strings"

	"github.com/tdewolff/parse/v2/js"
)

// Values of a script, as far as they are literals.

// request is new Request(url, init).
type request struct {
	url  string
	init map[string]any
}

// content is a body that is no string, by the Content-Type that it implies.
type content string

// valueOf is the value of an expression as far as it is a literal; nil for another.
func valueOf(e js.IExpr) any {
	switch e := e.(type) {
	case *js.LiteralExpr:
		return literal(e)
	case *js.GroupExpr:
		return valueOf(e.X)
	case *js.TemplateExpr:
		return template(e)
	case *js.ObjectExpr:
		return object(e)
	case *js.ArrayExpr:
		var list []any
		for i := range e.List {
			list = append(list, valueOf(e.List[i].Value))
		}
		return list
	case *js.NewExpr:
		return constructed(e)
	case *js.CallExpr:
		if nameOf(e.X) == "JSON.stringify" {
			return "{}"
		}
	case *js.UnaryExpr:
		switch {
		case e.Op == js.NotToken && string(jsText(e.X)) == "0":
			return true
		case e.Op == js.NotToken && string(jsText(e.X)) == "1":
			return false
		}
	}
	return nil
}

func jsText(e js.IExpr) []byte {
	if l, ok := e.(*js.LiteralExpr); ok {
		return l.Data
	}
	return nil
}

func literal(l *js.LiteralExpr) any {
	switch l.TokenType {
	case js.StringToken:
		return unquote(string(l.Data))
	case js.TrueToken:
		return true
	case js.FalseToken:
		return false
	}
	return nil
}

func template(t *js.TemplateExpr) any {
	if t.Tag != nil || len(t.List) > 0 {
		return nil
	}
	return strings.Trim(string(t.Tail), "`")
}

func object(o *js.ObjectExpr) map[string]any {
	m := map[string]any{}
	for i := range o.List {
		p := &o.List[i]
		if p.Name == nil || p.Name.IsComputed() {
			continue
		}
		name := string(p.Name.Literal.Data)
		if p.Name.Literal.TokenType == js.StringToken {
			name = unquote(name)
		}
		m[name] = valueOf(p.Value)
	}
	return m
}

// constructed are the objects that a request is made of.
func constructed(n *js.NewExpr) any {
	var first, second any
	if n.Args != nil && len(n.Args.List) > 0 {
		first = valueOf(n.Args.List[0].Value)
		if len(n.Args.List) > 1 {
			second = valueOf(n.Args.List[1].Value)
		}
	}
	switch nameOf(n.X) {
	case "Headers":
		return first
	case "URL":
		return first
	case "Request":
		u, _ := first.(string)
		init, _ := second.(map[string]any)
		return request{u, init}
	case "FormData":
		return content("multipart/form-data; boundary=x")
	case "URLSearchParams":
		return content("application/x-www-form-urlencoded;charset=UTF-8")
	case "Blob", "File":
		init, _ := second.(map[string]any)
		t, _ := init["type"].(string)
		return content(t)
	}
	return nil
}

// nameOf is the name of what is called: fetch, axios.get, xhr.open.
func nameOf(e js.IExpr) string {
	switch e := e.(type) {
	case *js.Var:
		return string(e.Name())
	case js.LiteralExpr:
		return string(e.Data)
	case *js.LiteralExpr:
		return string(e.Data)
	case *js.DotExpr:
		x, y := nameOf(e.X), nameOf(e.Y)
		if x == "window" || x == "globalThis" || x == "self" {
			return y
		}
		return x + "." + y
	}
	return ""
}

// unquote is the value of a string literal (ECMA-262, 12.9.4), as far as DevTools and
// people write them.
func unquote(s string) string {
	if len(s) < 2 {
		return s
	}
	s = s[1 : len(s)-1]
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		digits := map[byte]int{'x': 2, 'u': 4}[s[i]]
		if n, err := strconv.ParseUint(cut(s, i+1, digits), 16, 32); digits > 0 && err == nil {
			b.WriteRune(rune(n))
			i += digits
			continue
		}
		if at := strings.IndexByte("nrtbfv", s[i]); at >= 0 {
			b.WriteByte("\n\r\t\b\f\v"[at])
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func cut(s string, from, n int) string {
	if from+n > len(s) {
		return ""
	}
	return s[from : from+n]
}
