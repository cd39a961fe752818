package cases_test

import (
	"github.com/corsproof/corsproof/cases"
	"testing"
)

func TestCausesLoad(t *testing.T) {
	if n := len(cases.Causes()); n < 60 {
		t.Fatal(n)
	}
}
