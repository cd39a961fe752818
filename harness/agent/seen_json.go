package agent

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/corsproof/corsproof/cases"
)

// plainSeen is Seen without its methods.
type plainSeen Seen

// MarshalJSON writes bytes as code points U+0000 to U+00FF, as in an Exchange, without
// what is secret in an address, and leaves out what is zero.
func (s Seen) MarshalJSON() ([]byte, error) {
	s.Location = redactURL(s.Location)
	s.URL = redactURL(s.URL)
	fields := map[string]any{}
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		if f := v.Field(i); !f.IsZero() {
			fields[v.Type().Field(i).Name] = encoded(f)
		}
	}
	return json.Marshal(fields)
}

// encoded is the value of a field: bytes as code points.
func encoded(v reflect.Value) any {
	switch x := v.Interface().(type) {
	case string:
		return cases.FromBytes(x)
	case Lines:
		return Lines{x.N, cases.FromBytes(x.Text)}
	default:
		return x
	}
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Seen) UnmarshalJSON(data []byte) error {
	var p plainSeen
	if err := json.Unmarshal(data, &p); err != nil {
		return fmt.Errorf("reading what was seen of an exchange: %w", err)
	}
	v := reflect.ValueOf(&p).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		if f.Kind() == reflect.Struct {
			f = f.FieldByName("Text")
		}
		if f.Kind() != reflect.String {
			continue
		}
		text, err := cases.ToBytes(f.String())
		if err != nil {
			return fmt.Errorf("reading what was seen of an exchange: %w", err)
		}
		f.SetString(text)
	}
	*s = Seen(p)
	return nil
}
