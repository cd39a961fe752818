package report

import (
	"reflect"
	"slices"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/secret"
)

// Redact hides in all of the report what is a secret, before any form of it is written: no
// form, and no part that is added to the report, has to think of it.
func (r *Report) Redact(by *secret.Redactor) { redactAll(reflect.ValueOf(r).Elem(), by) }

// ofTheTable are fields that have words of the table of cases, with examples of settings.
var ofTheTable = []string{"Why", "Fix", "Setting", "Spec", "SeenIn"}

var (
	exchangeType = reflect.TypeFor[agent.Exchange]()
	policyType   = reflect.TypeFor[cases.Policy]()
)

// redactAll hides secrets in all strings that can be reached.
func redactAll(v reflect.Value, by *secret.Redactor) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			if s := v.String(); s != "" {
				v.SetString(by.Text(s))
			}
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			redactAll(v.Elem(), by)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			redactAll(v.Index(i), by)
		}
	case reflect.Map:
		redactMap(v, by)
	case reflect.Struct:
		redactStruct(v, by)
	}
}

func redactStruct(v reflect.Value, by *secret.Redactor) {
	switch v.Type() {
	case policyType: // what a person wrote into a file or a flag, to be compared
		return
	case exchangeType:
		if ex, ok := v.Addr().Interface().(*agent.Exchange); ok {
			*ex = ex.RedactedBy(by)
		}
		return
	}
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() && !slices.Contains(ofTheTable, f.Name) {
			redactAll(v.Field(i), by)
		}
	}
}

// redactMap replaces the values of a map, which cannot be set where they are.
func redactMap(v reflect.Value, by *secret.Redactor) {
	for _, key := range v.MapKeys() {
		value := reflect.New(v.Type().Elem()).Elem()
		value.Set(v.MapIndex(key))
		redactAll(value, by)
		v.SetMapIndex(key, value)
	}
}
