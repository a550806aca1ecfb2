package adopt

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
func (w World) mintFirst(o *Options) (initialState, error) {
	if o.Version == "" {
		return initialState{}, problem.AdoptNoVersion.With("nothing: a new mesh has no manifests")
	}
	version, err := linkerd.ParseVersion(o.Version)
	if err != nil {
		return initialState{}, err
	}
	s := o.newState(version)
	hooks := []string{state.WebhookProxyInjector, state.WebhookProfileValidator, state.WebhookPolicyValidator}
	if !version.Traits().TrustRoots {
		hooks = hooks[:2] // policyValidator came with 2.11
	}
	next, minted, err := rotation.First(s, hooks, o.keyPath(), w.Now(), w.Custody.Random)
	return initialState{state: next, keys: minted}, err
}

// newState is a state with the flags' spec and no PKI.
func (o *Options) newState(version linkerd.Version) *state.Rotation {
	return &state.Rotation{
		APIVersion: state.APIVersion, Kind: state.Kind,
		Metadata: state.Metadata{Name: o.Name, Annotations: map[string]string{"config.kubernetes.io/local-config": "true"}},
		Spec: state.Spec{
			Linkerd: state.Linkerd{
				Version: o.Version, Namespace: o.Namespace, TrustDomain: o.TrustDomain, IssuerScheme: o.Scheme,
				RollControlPlane: version.Traits().NeedsRoll(),
			},
			Custody: o.Custody,
		},
	}
}

// storeKeys stores keys as new files, all or none. All of them are looked at
// before the first is written; a file that holds the same key already is left as
// it is, so that a repeated call is no error.
func (w World) storeKeys(o *Options, first initialState) (keyfile.Stored, error) {
	c, err := w.Custody.Of(o.StatePath, first.state)
	if err != nil {
		return keyfile.Stored{}, err
	}
	if err := c.Check(); err != nil {
		return keyfile.Stored{}, err
	}
	if len(first.keys) == 0 {
		return keyfile.Stored{}, nil
	}
	if c.Refers() && w.Custody.KeyOut == "" {
		return keyfile.Stored{}, problem.AdoptKeyOut.With(c.Name)
	}
	var missing []rotation.Minted
	var problems problem.List
	for _, k := range first.keys {
		if c.Refers() {
			missing = append(missing, k)
			continue
		}
		file := statefile.Beside(o.StatePath, k.Path)
		have, err := files.Read(file, keyfile.MaxSize)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			missing = append(missing, k)
		case err != nil:
			problems.Add(err)
		case !c.Holds(have, k.Path, k.Key):
			problems = append(problems, problem.CLIExists.With().In(file).Hint("--keys-dir names another directory"))
		}
		clear(have)
	}
	if len(problems) > 0 {
		return keyfile.Stored{}, oncePerCause(problems).Err()
	}
	sealed, err := keyfile.SealNamed(c, missing)
	if err != nil {
		return keyfile.Stored{}, err
	}
	return keyfile.Store(w.Files, o.StatePath, sealed)
}
