package adopt

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/adopt/values"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// readObject replaces an object of a host, given in the place of values, by the
// values that it deploys the control plane with. What the flags say goes first.
func readObject(in *render.AdoptInput) (notes []string, elsewhere string, err error) {
	if in.Values.Data == nil {
		return nil, "", nil
	}
	f, found, err := values.Of(in.Values.Data)
	if err != nil || !found {
		return nil, "", problem.Of(err).In(in.Values.Name).Err()
	}
	in.Values.Data = f.Data
	if in.LinkerdVersion == "" {
		in.LinkerdVersion = f.Release
	}
	if in.Namespace == "" {
		in.Namespace = f.Namespace
	}
	notes = []string{"the values are those of " + f.Object}
	elsewhere = strings.Join(f.Elsewhere, ", ")
	if elsewhere != "" {
		notes = append(notes, f.Object+" takes values from "+elsewhere+" too, which were not read: compare the state with what runs by `l5d-pki-render init --verify --stream FILE`, with a dump of the cluster")
	}
	return notes, elsewhere, nil
}

// withElsewhere says of missing certificates where the host has them from.
func withElsewhere(err error, elsewhere string) error {
	if elsewhere == "" {
		return err
	}
	for _, p := range problem.Of(err) {
		if p.Code == problem.AdoptNoAnchors.Code || p.Code == problem.AdoptNoIssuer.Code {
			p.Hint("the object takes values from %s, which the file does not have: add those ConfigMaps and Secrets to the file, or give a values file itself with --from-values, or adopt what runs with --stream", elsewhere)
		}
	}
	return err
}
