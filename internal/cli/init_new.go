package cli

import (
	"errors"
	"io/fs"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// mintFirst makes the first PKI of a mesh that does not run yet.
func (a *app) mintFirst(f *initFlags) (begun, error) {
	if f.version == "" {
		return begun{}, problem.AdoptNoVersion.With("nothing: a new mesh has no manifests")
	}
	version, err := linkerd.ParseVersion(f.version)
	if err != nil {
		return begun{}, err
	}
	s := f.newState(version)
	hooks := []string{state.WebhookProxyInjector, state.WebhookProfileValidator, state.WebhookPolicyValidator}
	if !version.Traits().TrustRoots {
		hooks = hooks[:2] // policyValidator came with 2.11
	}
	next, minted, err := rotation.First(s, hooks, f.keyPath(), a.Now(), a.Random)
	return begun{state: next, keys: minted}, err
}

// newState is a state with the flags' spec and no PKI.
func (f *initFlags) newState(version linkerd.Version) *state.Rotation {
	s := &state.Rotation{
		APIVersion: state.APIVersion, Kind: state.Kind,
		Metadata: state.Metadata{Name: f.name, Annotations: map[string]string{"config.kubernetes.io/local-config": "true"}},
		Spec: state.Spec{
			Linkerd: state.Linkerd{
				Version: f.version, Namespace: f.namespace, TrustDomain: f.trustDomain, IssuerScheme: f.scheme,
				RollControlPlane: version.Traits().NeedsRoll(),
			},
		},
	}
	f.settleCustody(s)
	return s
}

// storeFirstKeys stores keys as new files, all or none. All of them are looked at
// before the first is written; a file that holds the same key already is left as
// it is, so that a repeated call is no error.
func (a *app) storeFirstKeys(f *initFlags, first begun) (keyfile.Stored, error) {
	c, err := a.custodyOf(f.statePath, first.state, f.opening)
	if err != nil {
		return keyfile.Stored{}, err
	}
	if err := c.Check(); err != nil {
		return keyfile.Stored{}, err
	}
	if len(first.keys) == 0 {
		return keyfile.Stored{}, nil
	}
	if c.Refers() && f.opening.keyOut == "" {
		return keyfile.Stored{}, problem.AdoptKeyOut.With(c.Name)
	}
	var missing []rotation.Minted
	var problems problem.List
	for _, k := range first.keys {
		if c.Refers() {
			missing = append(missing, k)
			continue
		}
		file := statefile.Beside(f.statePath, k.Path)
		have, err := files.Read(file, keyfile.MaxSize)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			missing = append(missing, k)
		case err != nil:
			problems.Add(err)
		case !c.Holds(have, k.Path, k.Key):
			problems = append(problems, problem.CLIExists.With().In(file))
		}
		clear(have)
	}
	if len(problems) > 0 {
		return keyfile.Stored{}, problems.Err()
	}
	sealed, err := keyfile.SealNamed(c, missing)
	if err != nil {
		return keyfile.Stored{}, err
	}
	return keyfile.Store(a.files(), f.statePath, sealed)
}
