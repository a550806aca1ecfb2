package component

import (
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/krm"
	"github.com/l5d-pki/l5d-pki-render/internal/overlay"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// functionAnnotation names the program that kustomize runs for a configuration.
const functionAnnotation = "config.kubernetes.io/function"

// Function runs the tool as a function of the including kustomization.
// dir is where the Component goes; "" is the state file's directory. With externalCA the function also makes the trust roots, which no chart renders.
func Function(s *state.Rotation, statePath, dir string) ([]byte, error) {
	if s.Metadata.Annotations[functionAnnotation] == "" {
		return nil, problem.KRMNoAnnotation.With().On("metadata.annotations")
	}
	if dir == "" {
		dir = filepath.Dir(statePath)
	}
	config, err := below(dir, statePath)
	if err != nil {
		return nil, err
	}
	m, err := render.NewMaterial(s, nil)
	if err != nil {
		return nil, err
	}
	function := overlay.Function{Config: config, Probe: krm.ProbeName(s.Metadata.Name), Key: krm.ProbeKey}
	if m.MakesTrustRoots() {
		function.TrustRoots = m.State.Spec.Linkerd.Namespace
	}
	return function.Component(), nil
}

// below is the path of a file as a kustomization in folder writes it.
func below(folder, file string) (string, error) {
	from, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	to, err := filepath.Abs(file)
	if err != nil {
		return "", err
	}
	path, err := filepath.Rel(from, to)
	if err != nil || !filepath.IsLocal(path) {
		return "", problem.KRMOutside.With(file)
	}
	return filepath.ToSlash(path), nil
}
