package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"

	admissionregistration "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/cel/environment"

	celgo "github.com/google/cel-go/cel"
	"sigs.k8s.io/yaml"
)

// expression is one expression of a policy, as the API server compiles it.
type expression struct {
	name, text string
	returns    *celgo.Type
}

func (e expression) GetName() string            { return e.name }
func (e expression) GetExpression() string      { return e.text }
func (e expression) ReturnTypes() []*celgo.Type { return []*celgo.Type{e.returns} }

// epochPolicy is the shipped policy, read as strictly as the API server does.
func epochPolicy(t *testing.T) (policy admissionregistration.ValidatingAdmissionPolicy, binding admissionregistration.ValidatingAdmissionPolicyBinding) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(peer.Root(), "hosts/argocd/epoch-policy.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	first, second, two := strings.Cut(string(text), "\n---\n")
	if !two {
		t.Fatal("a policy and its binding are two documents")
	}
	if err := yaml.UnmarshalStrict([]byte(first), &policy); err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalStrict([]byte(second), &binding); err != nil {
		t.Fatal(err)
	}
	return policy, binding
}

// TestEpochPolicy compiles the policy with the API server's own code, in the
// environment of the oldest version that it is said to work with, and asks it
// about updates.
func TestEpochPolicy(t *testing.T) {
	policy, binding := epochPolicy(t)
	if binding.Spec.PolicyName != policy.Name || len(binding.Spec.ValidationActions) != 1 || binding.Spec.ValidationActions[0] != admissionregistration.Deny {
		t.Errorf("the binding does not deny by the policy: %+v", binding.Spec)
	}
	rule := policy.Spec.MatchConstraints.ResourceRules[0]
	if len(rule.ResourceNames) != 1 || rule.ResourceNames[0] != "linkerd-identity-trust-roots" || rule.Resources[0] != "configmaps" {
		t.Errorf("matches %+v", rule)
	}
	compiler, err := cel.NewCompositedCompiler(environment.MustBaseEnvSet(version.MustParse("1.30")))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range policy.Spec.Variables {
		result := compiler.CompileAndStoreVariable(expression{v.Name, v.Expression, celgo.AnyType}, cel.OptionalVariableDeclarations{HasAuthorizer: true}, environment.NewExpressions)
		if result.Error != nil {
			t.Fatalf("variable %s: %v", v.Name, result.Error)
		}
	}
	validation := policy.Spec.Validations[0]
	condition := compiler.CompileCondition([]cel.ExpressionAccessor{
		expression{"", validation.Expression, celgo.BoolType}, expression{"", validation.MessageExpression, celgo.StringType},
	}, cel.OptionalVariableDeclarations{HasAuthorizer: true}, environment.NewExpressions)
	if errs := condition.CompilationErrors(); len(errs) > 0 {
		t.Fatal(errs)
	}

	type annotations = map[string]string
	epoch := func(e string) annotations { return annotations{"l5d-pki-render/epoch": e, "other": "x"} }
	for _, c := range []struct {
		name          string
		before, after annotations
		allowed       bool
		says          string
	}{
		{"forward", epoch("3"), epoch("4"), true, ""},
		{"the same", epoch("3"), epoch("3"), true, ""},
		{"over ten", epoch("9"), epoch("10"), true, ""},
		{"falling", epoch("10"), epoch("9"), false, "are of epoch 10, and this is 9"},
		{"dropped", epoch("3"), annotations{"other": "x"}, false, "are of epoch 3, and this is none"},
		{"no annotations left", epoch("0"), nil, false, "are of epoch 0, and this is none"},
		{"the first", nil, epoch("0"), true, ""},
		{"never one", nil, nil, true, ""},
		{"another's", annotations{"a": "b"}, annotations{}, true, ""},
		{"nonsense is mended", epoch("many"), epoch("4"), true, ""},
		{"nonsense", epoch("4"), epoch("many"), false, "this is none"},
		{"a number too large", epoch("4"), epoch("99999999999999999999"), false, "this is none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			allowed, message := decide(t, condition, trustRootsWith(c.before), trustRootsWith(c.after))
			if allowed != c.allowed {
				t.Errorf("allowed %v, want %v", allowed, c.allowed)
			}
			if c.says != "" && !strings.Contains(message, c.says) {
				t.Errorf("says %q, want %q", message, c.says)
			}
		})
	}
}

func trustRootsWith(annotations map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: metav1.ObjectMeta{Name: "linkerd-identity-trust-roots", Namespace: "linkerd", Annotations: annotations},
	}
}

// decide evaluates the policy on an update.
func decide(t *testing.T, condition cel.ConditionEvaluator, before, after runtime.Object) (bool, string) {
	t.Helper()
	kind, resource := corev1.SchemeGroupVersion.WithKind("ConfigMap"), corev1.SchemeGroupVersion.WithResource("configmaps")
	attributes := admission.NewAttributesRecord(after, before, kind, "linkerd", "linkerd-identity-trust-roots", resource, "", admission.Update, nil, false, nil)
	versioned := &admission.VersionedAttributes{Attributes: attributes, VersionedKind: kind, VersionedObject: admission.NewLazyObject(after), VersionedOldObject: admission.NewLazyObject(before)}
	request := cel.CreateAdmissionRequest(attributes, metav1.GroupVersionResource(resource), metav1.GroupVersionKind(kind))
	results, _, err := condition.ForInput(context.Background(), versioned, request, cel.OptionalVariableBindings{}, nil, 10_000_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Error != nil {
			t.Fatal(r.Error)
		}
	}
	return results[0].EvalResult.Value().(bool), results[1].EvalResult.Value().(string)
}
