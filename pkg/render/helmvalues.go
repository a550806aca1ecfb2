package render

import (
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"sigs.k8s.io/yaml"
)

// watchLabel makes Flux read a changed ConfigMap or Secret at once instead of
// at the next interval (helm-controller, Flux 2.7 and later).
const watchLabel = "reconcile.fluxcd.io/watch"

// substituteAnnotation keeps postBuild substitution of a Flux Kustomization out
// of the values, whose text is not its to change.
const substituteAnnotation = "kustomize.toolkit.fluxcd.io/substitute"

// valuesBundleKey is the key of the object under which a HelmRelease patch finds the
// bundle: the chart's own name for it.
const valuesBundleKey = linkerd.AnchorsValue

// HelmValuesInput is one call of [HelmValues]. Texts are those of a
// [state.Output] of kind helm-values with its defaults.
type HelmValuesInput struct {
	State *state.Rotation
	// Chart is ControlPlane, Viz or Jaeger; "" is ControlPlane.
	Chart Group
	// Object is ConfigMap or Secret.
	Object, Name, Namespace string
	// Key under which the values stand; Flux reads values.yaml unless told otherwise.
	Key string
	// Release names a HelmRelease to make a patch for; "" makes none.
	Release string
}

// HelmValuesOutput is the object and, if asked for, the patch.
type HelmValuesOutput struct {
	Object, Patch []byte
	// NeedsManifests as in [ValuesOutput].
	NeedsManifests bool
}

// HelmValues gives the values of the state's phase as a ConfigMap or Secret
// that a Flux HelmRelease reads by spec.valuesFrom. No key is in it: the layout
// is external.
//
// The patch sets spec.valuesFrom of a HelmRelease: the values, and the trust
// bundle once more by targetPath. Entries with targetPath are merged last
// (helm-controller, docs/spec/v2/helmreleases.md), so that no inline value hides
// the bundle; literal keeps the PEM from being read as --set syntax.
func HelmValues(in HelmValuesInput) (HelmValuesOutput, error) {
	values, err := Values(ValuesInput{State: in.State, Layout: External, Chart: in.Chart})
	if err != nil {
		return HelmValuesOutput{}, err
	}
	var parsed map[string]any
	if err := yaml.Unmarshal(values.YAML, &parsed); err != nil {
		return HelmValuesOutput{}, err
	}
	data := map[string]string{in.Key: string(values.YAML)}
	bundle, _ := parsed[valuesBundleKey].(string)
	if in.Release != "" && bundle != "" {
		data[valuesBundleKey] = bundle
	}
	out := HelmValuesOutput{NeedsManifests: values.NeedsManifests}
	if out.Object, err = yaml.Marshal(in.object(data)); err != nil || in.Release == "" {
		return out, err
	}
	out.Patch, err = yaml.Marshal(in.patch(bundle != ""))
	return out, err
}

// object: the API server turns stringData of a Secret into data, so that values
// stay readable in a review either way.
func (in HelmValuesInput) object(data map[string]string) any {
	field := "data"
	if in.Object == state.ObjectSecret {
		field = "stringData"
	}
	return map[string]any{
		"apiVersion": "v1",
		"kind":       in.Object,
		"metadata": map[string]any{
			"name":        in.Name,
			"namespace":   in.Namespace,
			"labels":      map[string]string{watchLabel: "Enabled"},
			"annotations": map[string]string{substituteAnnotation: "disabled"},
		},
		field: data,
	}
}

// patch is a whole spec.valuesFrom: kustomize replaces lists of custom
// resources. Charts other than the control plane's have no bundle.
func (in HelmValuesInput) patch(bundle bool) any {
	from := func(key string) map[string]any {
		return map[string]any{"kind": in.Object, "name": in.Name, "valuesKey": key}
	}
	valuesFrom := []any{from(in.Key)}
	if bundle {
		entry := from(valuesBundleKey)
		entry["targetPath"], entry["literal"] = valuesBundleKey, true
		valuesFrom = append(valuesFrom, entry)
	}
	return map[string]any{
		"apiVersion": "helm.toolkit.fluxcd.io/v2",
		"kind":       "HelmRelease",
		"metadata":   map[string]any{"name": in.Release, "namespace": in.Namespace},
		"spec":       map[string]any{"valuesFrom": valuesFrom},
	}
}
