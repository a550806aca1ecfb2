package chart

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemaAddress is what Helm calls a chart's values.schema.json.
const schemaAddress = "file:///values.schema.json"

// nowhere stands for every document that a schema refers to outside of itself:
// it accepts all values. Helm would read the file, or ask the address, that the
// chart names: also one of this machine, and also where nobody reviewed the chart.
type nowhere struct{}

// Load implements [jsonschema.URLLoader].
func (nowhere) Load(string) (any, error) { return true, nil }

// checkValues holds the values of a chart and of its dependencies to their
// schemas, as Helm does (pkg/chartutil/jsonschema.go), and reads nothing else.
func checkValues(s schemas, values map[string]any) error {
	if said := schemaFaults(s, values); said != "" {
		return fmt.Errorf("values don't meet the specifications of the schema(s) in the following chart(s):\n%s", said)
	}
	return nil
}

// schemaFaults are Helm's words for what is wrong, "" if nothing is.
func schemaFaults(s schemas, values map[string]any) string {
	var faults strings.Builder
	if s.text != nil {
		if err := checkSchema(s.text, values); err != nil {
			fmt.Fprintf(&faults, "%s:\n%s\n", s.name, strings.TrimPrefix(err.Error(), "jsonschema validation failed with '"+schemaAddress+"#'\n"))
		}
	}
	for _, d := range s.of {
		switch of := values[d.name].(type) {
		case nil:
		case map[string]any:
			faults.WriteString(schemaFaults(d, of))
		case interface{ AsMap() map[string]any }: // Helm's own type of values
			faults.WriteString(schemaFaults(d, of.AsMap()))
		default:
			fmt.Fprintf(&faults, "%s:\ninvalid type for values: expected object (map), got %T\n", d.name, of)
		}
	}
	return faults.String()
}

func checkSchema(text []byte, values map[string]any) (err error) {
	defer func() { // the library panics on some schemas
		if r := recover(); r != nil {
			err = fmt.Errorf("unable to validate schema: %v", r)
		}
	}()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(nowhere{})
	if err := compiler.AddResource(schemaAddress, document); err != nil {
		return err
	}
	schema, err := compiler.Compile(schemaAddress)
	if err != nil {
		return err
	}
	return schema.Validate(values)
}
