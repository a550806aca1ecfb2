package custody

import (
	"maps"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"

	"sigs.k8s.io/yaml"
)

// What stands in clear in a key file of sops is covered by no MAC, and is applied
// to the cluster with the key: an annotation can have the Secret copied to other
// namespaces, and stringData replaces the certificates of the state. So a file with
// more than this tool writes is refused.
var (
	sopsFields      = []string{"apiVersion", "kind", "metadata", "type", "data", "sops"}
	sopsMetadata    = []string{"name", "namespace", "labels", "annotations"}
	sopsAnnotations = []string{localConfig, spkiHint}
)

// checkSOPSFields refuses fields that no key file has.
func checkSOPSFields(file []byte) error {
	var all map[string]any
	if err := yaml.Unmarshal(file, &all); err != nil {
		return problem.CustodyNoSOPSFile.With()
	}
	metadata, _ := all["metadata"].(map[string]any)
	annotations, _ := metadata["annotations"].(map[string]any)
	for _, level := range []struct {
		below  string
		fields map[string]any
		known  []string
	}{{"", all, sopsFields}, {"metadata.", metadata, sopsMetadata}, {"metadata.annotations.", annotations, sopsAnnotations}} {
		for _, field := range slices.Sorted(maps.Keys(level.fields)) {
			if !slices.Contains(level.known, field) {
				return problem.CustodyExtraField.With(level.below + field)
			}
		}
	}
	return nil
}

// checkSOPSSecret refuses labels and data that the Secret does not have.
func checkSOPSSecret(file []byte, secret render.KeySecret) error {
	var s struct {
		Metadata struct {
			Labels map[string]string `json:"labels"`
		} `json:"metadata"`
		Data map[string]any `json:"data"`
	}
	if err := yaml.Unmarshal(file, &s); err != nil {
		return problem.CustodyNoSOPSFile.With()
	}
	for _, label := range slices.Sorted(maps.Keys(s.Metadata.Labels)) {
		if value, known := secret.Labels[label]; !known || value != s.Metadata.Labels[label] {
			return problem.CustodyExtraField.With("metadata.labels." + label)
		}
	}
	for _, field := range slices.Sorted(maps.Keys(s.Data)) {
		if _, public := secret.Public[field]; !public && !slices.Contains(secret.KeyFields, field) {
			return problem.CustodyExtraField.With("data." + field)
		}
	}
	return nil
}
