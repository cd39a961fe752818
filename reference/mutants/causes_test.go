package mutants

import (
	"maps"
	"slices"
	"testing"

	"github.com/corsproof/corsproof/cases"
)

func TestEachMutantHasACause(t *testing.T) {
	for _, m := range All() {
		if cases.FindCause(m.Cause) == nil {
			t.Errorf("mutant %s: its cause is %q, which cases/causes.yaml does not have", m.Name, m.Cause)
		}
		if m.OtherCause != "" && cases.FindCause(m.OtherCause) == nil || m.OtherCause == m.Cause {
			t.Errorf("mutant %s: its second cause is %q, which cases/causes.yaml does not have, or the first again", m.Name, m.OtherCause)
		}
	}
}

func TestCausesAreOfMutants(t *testing.T) {
	named := map[string]bool{}
	for _, m := range All() {
		named[m.Name] = true
	}
	for _, list := range []map[string]string{causesAToH, causesIToZ, secondCauses} {
		for _, name := range slices.Sorted(maps.Keys(list)) {
			if !named[name] {
				t.Errorf("there is no mutant %s", name)
			}
		}
	}
	if want := len(named); len(causesAToH)+len(causesIToZ) != want {
		t.Errorf("%d mutants have a cause, want %d", len(causesAToH)+len(causesIToZ), want)
	}
}

func TestFewMutantsHaveTwoCauses(t *testing.T) {
	if n, all := len(secondCauses), len(All()); 10*n >= all {
		t.Errorf("%d of %d mutants have a second cause, want fewer than a tenth: whatever is found would be right", n, all)
	}
}
