package hosttest

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/gate"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	v1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	crdvalidation "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// definition is the CRD as the API server reads it.
func definition(t *testing.T) *apiextensions.CustomResourceDefinition {
	t.Helper()
	var crd v1.CustomResourceDefinition
	var internal apiextensions.CustomResourceDefinition
	err := yaml.UnmarshalStrict(gate.CRD, &crd)
	if err == nil {
		v1.SetDefaults_CustomResourceDefinition(&crd)
		v1.SetDefaults_CustomResourceDefinitionSpec(&crd.Spec)
		err = v1.Convert_v1_CustomResourceDefinition_To_apiextensions_CustomResourceDefinition(&crd, &internal, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &internal
}

// TestDefinition: the API server's own validation accepts the definition, and its
// names are those that the code uses.
func TestDefinition(t *testing.T) {
	crd := definition(t)
	crd.Status.StoredVersions = []string{gate.Version}
	if errs := crdvalidation.ValidateCustomResourceDefinition(context.Background(), crd); len(errs) > 0 {
		t.Error(errs.ToAggregate())
	}
	if crd.Spec.Group != gate.Group || crd.Spec.Names.Kind != gate.Kind || crd.Spec.Names.Plural != gate.Plural || crd.Spec.Versions[0].Name != gate.Version {
		t.Errorf("%+v", crd.Spec.Names)
	}
	if !strings.HasPrefix(string(gate.CRD), "---\n") {
		t.Error("the definition does not begin a document")
	}
}

// known is what the definition says of objects; it is read once.
var known struct {
	schema     *apiextensions.JSONSchemaProps
	structural *structuralschema.Structural
}

func schemas(t *testing.T) (*apiextensions.JSONSchemaProps, *structuralschema.Structural) {
	t.Helper()
	if known.structural != nil {
		return known.schema, known.structural
	}
	crd := definition(t)
	schema := crd.Spec.Validation // where all versions have the same one
	if schema == nil {
		schema = crd.Spec.Versions[0].Schema
	}
	structural, err := structuralschema.NewStructural(schema.OpenAPIV3Schema)
	if err != nil {
		t.Fatal(err)
	}
	known.schema, known.structural = schema.OpenAPIV3Schema, structural
	return known.schema, known.structural
}

// stored is an object as the API server stores and returns it: validated, without
// unknown fields, with defaults.
func stored(t *testing.T, object map[string]any) map[string]any {
	t.Helper()
	schema, structural := schemas(t)
	object = plain(t, object)
	if pruned := pruning.PruneWithOptions(object, structural, true, structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}); len(pruned) > 0 {
		t.Fatalf("fields that the definition does not have: %v", pruned)
	}
	defaulting.Default(object, structural)
	validator, _, err := validation.NewSchemaValidator(schema)
	if err != nil {
		t.Fatal(err)
	}
	if errs := validation.ValidateCustomResource(nil, object, validator); len(errs) > 0 {
		t.Fatal(errs.ToAggregate())
	}
	return object
}

// plain is a value with whole numbers as int64, as Kubernetes' clients have them.
func plain(t *testing.T, value any) map[string]any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var u unstructured.Unstructured
	wrapped := append([]byte(`{"apiVersion":"v1","kind":"Wrapper","value":`), append(text, '}')...)
	if err := u.UnmarshalJSON(wrapped); err != nil {
		t.Fatal(err)
	}
	return u.Object["value"].(map[string]any)
}

// withoutNulls is what a merge patch leaves of an object.
func withoutNulls(object map[string]any) map[string]any {
	for key, value := range object {
		if value == nil {
			delete(object, key)
		}
	}
	return object
}
