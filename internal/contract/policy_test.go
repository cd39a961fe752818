package contract_test

import (
	"reflect"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/contract"
	"github.com/corsproof/corsproof/reference"
)

var _ = Describe("a policy of the table", func() {
	// What a policy says to those who run the tests, and not to a server.
	forTests := []string{"Doc", "Path", "Unsafe", "ZeroConfig", "OptIn", "FrameworkWildcards"}

	It("reaches the middleware with every field that it has for one", func() {
		var p cases.Policy
		var want []string
		v := reflect.ValueOf(&p).Elem()
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			v.Field(i).Set(some(v.Field(i).Type()))
			want = append(want, name)
		}
		got := forTests
		compiled := reflect.ValueOf(contract.PolicyOf(p))
		for i := range compiled.NumField() {
			name := compiled.Type().Field(i).Name
			Expect(compiled.Field(i).IsZero()).To(BeFalse(), name)
			got = append(got, name)
		}
		Expect(got).To(ConsistOf(want))
	})

	It("has a callback that allows one origin and panics for another", func() {
		f := contract.PolicyOf(cases.Policy{OriginFunc: &cases.OriginFunc{Allow: "https://a.test", Throw: "https://b.test"}}).OriginFunc
		Expect(f("https://a.test")).To(BeTrue())
		Expect(f("https://c.test")).To(BeFalse())
		Expect(func() { f("https://b.test") }).To(Panic())
	})

	It("is refused as the reference refuses it", func() {
		_, err := contract.Compile(cases.Policy{Name: "p", Origins: []string{"*"}, Credentials: true})
		var unsafe *reference.UnsafeCredentialsError
		Expect(err).To(MatchError(ContainSubstring(`policy "p": `)))
		Expect(err.(interface{ Unwrap() []error }).Unwrap()[0]).To(BeAssignableToTypeOf(unsafe))
	})
})

// some is a value of a type that is not the zero one.
func some(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(1)
	case reflect.Slice:
		v.Set(reflect.Append(v, some(t.Elem())))
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
	}
	return v
}
