package cases_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/corsproof/corsproof/cases"
)

// compile makes a validator of an embedded schema.
func compile(schema []byte) *jsonschema.Schema {
	GinkgoHelper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	Expect(err).NotTo(HaveOccurred())
	c := jsonschema.NewCompiler()
	Expect(c.AddResource("schema", doc)).To(Succeed())
	s, err := c.Compile("schema")
	Expect(err).NotTo(HaveOccurred())
	return s
}

// instance reads YAML as the JSON value that a schema judges.
func instance(data []byte) any {
	GinkgoHelper()
	var v any
	Expect(yaml.Load(data, &v)).To(Succeed())
	text, err := json.Marshal(v)
	Expect(err).NotTo(HaveOccurred())
	out, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	Expect(err).NotTo(HaveOccurred())
	return out
}

var _ = Describe("The JSON Schemas", func() {
	It("accept every embedded file", func() {
		files, err := filepath.Glob("data/*.yaml")
		Expect(err).NotTo(HaveOccurred())
		Expect(files).NotTo(BeEmpty())
		group, policies := compile(cases.Schema()), compile(cases.PolicySchema())
		for _, file := range files {
			data, err := os.ReadFile(file)
			Expect(err).NotTo(HaveOccurred())
			switch filepath.Base(file) {
			case "anchors.yaml":
			case "policies.yaml":
				Expect(policies.Validate(instance(data))).To(Succeed(), file)
			default:
				Expect(group.Validate(instance(data))).To(Succeed(), file)
			}
		}
	})

	DescribeTable("have exactly the keys of the types", func(schema []byte, def string, typ reflect.Type, more ...string) {
		var doc struct {
			Defs map[string]struct {
				Properties map[string]any `json:"properties"`
			} `json:"$defs"`
		}
		Expect(json.Unmarshal(schema, &doc)).To(Succeed())
		var got []string
		for key := range doc.Defs[def].Properties {
			got = append(got, key)
		}
		want := more
		for f := range typ.Fields() {
			if tag := f.Tag.Get("yaml"); tag != "-" {
				want = append(want, tag)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		Expect(got).To(Equal(want))
	},
		Entry("case", cases.Schema(), "case", reflect.TypeFor[cases.Case](), "request", "wire", "expect", "answer", "grow", "after", "times", "parallel", "each"),
		Entry("when", cases.Schema(), "when", reflect.TypeFor[cases.When]()),
		Entry("step", cases.Schema(), "step", reflect.TypeFor[cases.Step]()),
		Entry("request", cases.Schema(), "request", reflect.TypeFor[cases.Request]()),
		Entry("body", cases.Schema(), "body", reflect.TypeFor[cases.Body]()),
		Entry("expect", cases.Schema(), "expect", reflect.TypeFor[cases.Expect]()),
		Entry("wire", cases.Schema(), "wire", reflect.TypeFor[cases.Wire]()),
		Entry("predicate", cases.Schema(), "predicate", reflect.TypeFor[cases.Predicate]()),
		Entry("ask", cases.Schema(), "ask", reflect.TypeFor[cases.Ask]()),
		Entry("field_value", cases.Schema(), "field_value", reflect.TypeFor[cases.FieldValue]()),
		Entry("field_list", cases.Schema(), "field_list", reflect.TypeFor[cases.FieldList]()),
		Entry("head_growth", cases.Schema(), "head_growth", reflect.TypeFor[cases.HeadGrowth]()),
		Entry("grow", cases.Schema(), "grow", reflect.TypeFor[cases.Grow]()),
		Entry("policy", cases.PolicySchema(), "policy", reflect.TypeFor[cases.Policy]()),
		Entry("cause", cases.CausesSchema(), "cause", reflect.TypeFor[cases.Cause]()),
		Entry("match", cases.CausesSchema(), "match", reflect.TypeFor[cases.Match]()),
	)

	It("names the contract parts that there are", func() {
		var doc struct {
			Defs struct {
				Part struct {
					Enum []cases.Part `json:"enum"`
				} `json:"part"`
			} `json:"$defs"`
		}
		Expect(json.Unmarshal(cases.Schema(), &doc)).To(Succeed())
		Expect(doc.Defs.Part.Enum).To(Equal(cases.Parts()))
	})

	DescribeTable("refuse what the loader refuses", func(text string) {
		file := strings.Replace(oneCase, "    wire: {headers: [\"Origin: {{allowed}}\"]}\n", text, 1)
		Expect(file).NotTo(Equal(oneCase), "the mistake is not in the file")
		Expect(compile(cases.Schema()).Validate(instance([]byte(file)))).NotTo(Succeed())
	},
		Entry("an unknown key", "    wire: {header: []}\n"),
		Entry("neither request nor wire", "    times: 2\n"),
		Entry("both", "    wire: {}\n    request: {origin: x}\n"),
		Entry("a status that is none", "    wire: {}\n    when: {status: 1000}\n"),
	)
})
