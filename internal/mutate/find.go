package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
)

// mutant is a change of one place in a file.
type mutant struct {
	File     string // as it was opened
	Line     int
	Operator string
	Old, New string
	start    int // offsets in bytes
	end      int
}

func (m *mutant) String() string {
	return fmt.Sprintf("%s:%d: %s: %s => %s", m.File, m.Line, m.Operator, brief(m.Old), brief(m.New))
}

// brief is a text on one short line.
func brief(s string) string {
	const long = 60
	q := strconv.Quote(s)
	q = q[1 : len(q)-1]
	if len(q) > long {
		q = q[:long] + "..."
	}
	if q == "" {
		return "(nothing)"
	}
	return q
}

// apply is the source with the mutant in it.
func (m *mutant) apply(source []byte) []byte {
	return append(append(append([]byte{}, source[:m.start]...), m.New...), source[m.end:]...)
}

// swaps are the operators that another one is put in the place of.
var swaps = map[token.Token][]token.Token{
	token.EQL: {token.NEQ}, token.NEQ: {token.EQL},
	token.LSS: {token.LEQ, token.GEQ}, token.LEQ: {token.LSS, token.GTR},
	token.GTR: {token.GEQ, token.LEQ}, token.GEQ: {token.GTR, token.LSS},
	token.LAND: {token.LOR}, token.LOR: {token.LAND},
	token.ADD: {token.SUB}, token.SUB: {token.ADD},
}

// finder collects the mutants of a file.
type finder struct {
	set    *token.FileSet
	file   string
	source []byte
	found  []mutant
}

// find gives every mutant of a file, in the order of its text.
func find(file string) ([]mutant, error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	f := finder{set: token.NewFileSet(), file: file, source: source}
	tree, err := parser.ParseFile(f.set, file, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, d := range tree.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
			f.function(fn.Type, fn.Body)
		}
	}
	return f.found, nil
}

func (f *finder) offset(p token.Pos) int { return f.set.Position(p).Offset }

func (f *finder) text(n ast.Node) string {
	return string(f.source[f.offset(n.Pos()):f.offset(n.End())])
}

func (f *finder) add(operator string, from, to token.Pos, text string) {
	start, end := f.offset(from), f.offset(to)
	if old := string(f.source[start:end]); old != text {
		f.found = append(f.found, mutant{f.file, f.set.Position(from).Line, operator, old, text, start, end})
	}
}

func (f *finder) replace(operator string, n ast.Node, text string) {
	f.add(operator, n.Pos(), n.End(), text)
}

// function walks a body. The types of a function literal's results are its own.
func (f *finder) function(t *ast.FuncType, body *ast.BlockStmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			f.function(n.Type, n.Body)
			return false
		case *ast.IfStmt:
			f.replace("negate", n.Cond, "!("+f.text(n.Cond)+")")
		case *ast.ForStmt:
			if n.Cond != nil {
				f.replace("never", n.Cond, "false && ("+f.text(n.Cond)+")")
			}
		case *ast.BinaryExpr:
			f.binary(n)
		case *ast.ReturnStmt:
			f.returns(t, n)
		case *ast.CaseClause:
			for _, e := range n.List {
				if len(n.List) > 1 {
					f.drop(e, n.List)
				}
			}
			f.statements(n.Body)
		case *ast.CommClause:
			f.statements(n.Body)
		case *ast.BlockStmt:
			f.statements(n.List)
		case *ast.BasicLit:
			if i, err := strconv.Atoi(n.Value); err == nil && n.Kind == token.INT {
				f.replace("number", n, strconv.Itoa(i+1))
			}
		}
		return true
	})
}

func (f *finder) binary(n *ast.BinaryExpr) {
	for _, other := range swaps[n.Op] {
		f.add("operator", n.OpPos, n.OpPos+token.Pos(len(n.Op.String())), other.String())
	}
	if n.Op == token.LAND || n.Op == token.LOR {
		f.replace("right alone", n, f.text(n.Y))
		f.replace("left alone", n, f.text(n.X))
	}
}

// drop leaves one entry of a case out.
func (f *finder) drop(e ast.Expr, list []ast.Expr) {
	for i := range list {
		switch {
		case list[i] != e:
		case i == 0:
			f.add("case dropped", e.Pos(), list[1].Pos(), "")
		default:
			f.add("case dropped", list[i-1].End(), e.End(), "")
		}
	}
}

// statements leaves each one out that can be: what declares nothing.
func (f *finder) statements(list []ast.Stmt) {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.ExprStmt, *ast.IncDecStmt, *ast.DeferStmt, *ast.SendStmt, *ast.BranchStmt:
			f.replace("statement dropped", s, "")
		case *ast.AssignStmt:
			if s.Tok != token.DEFINE {
				f.replace("statement dropped", s, "")
			}
		case *ast.ReturnStmt:
			if len(s.Results) == 0 {
				f.replace("statement dropped", s, "")
			}
		}
	}
}

// returns gives the zero value in the place of each result.
func (f *finder) returns(t *ast.FuncType, n *ast.ReturnStmt) {
	if t.Results == nil || len(n.Results) != t.Results.NumFields() {
		return
	}
	i := 0
	for _, field := range t.Results.List {
		for range max(len(field.Names), 1) {
			if z := zero(field.Type, f.text(n.Results[i])); z != "" {
				f.replace("result", n.Results[i], z)
			}
			i++
		}
	}
}

// zero is the zero value of a type as far as its expression tells; of a bool that
// is returned as false, true.
func zero(t ast.Expr, now string) string {
	switch t := t.(type) {
	case *ast.StarExpr, *ast.ArrayType, *ast.MapType, *ast.FuncType, *ast.InterfaceType, *ast.ChanType:
		if a, ok := t.(*ast.ArrayType); ok && a.Len != nil {
			return ""
		}
		return "nil"
	case *ast.Ident:
		switch t.Name {
		case "bool":
			if now == "false" {
				return "true"
			}
			return "false"
		case "string":
			return `""`
		case "int", "int64", "float64", "uint64", "byte", "rune":
			return "0"
		case "error", "any":
			return "nil"
		}
	}
	return ""
}
