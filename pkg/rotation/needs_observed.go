package rotation

import (
	"fmt"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// undelivered says what keeps an observation from showing that the control
// plane delivers the bundle; none: it does.
func undelivered(o *Observation, b pki.Bundle) []string {
	if !o.counted() && !o.covers(GroupControlPlane) {
		return []string{"the observation does not cover the control plane"}
	}
	var missing []string
	if !sameSet(o.ControlPlane.TrustRoots, b) {
		missing = append(missing, "ConfigMap linkerd-identity-trust-roots has "+shortened(o.ControlPlane.TrustRoots))
	}
	if unseen := o.unseenInjectors(); unseen != "" {
		missing = append(missing, notSeen([]string{unseen}))
	}
	for _, in := range o.ControlPlane.Injectors {
		if in.Bundle != nil && !sameSet(in.Bundle, b) {
			missing = append(missing, fmt.Sprintf("injector %q mounts %s", in.Pod, shortened(in.Bundle)))
		}
	}
	return missing
}

// unloaded says what keeps an observation from showing that every identity
// replica signs with the issuer, the cross certificate behind it included:
// proxies with the outgoing bundle need it.
func unloaded(o *Observation, issuer pki.Chain) []string {
	if unseen := o.unseenReplicas(); unseen != "" {
		return []string{notSeen([]string{unseen})}
	}
	var missing []string
	want := fingerprints(issuer)
	for _, r := range o.Identity {
		if !slices.Equal(r.Issuer, want) {
			missing = append(missing, fmt.Sprintf("identity replica %q signs with %s", r.Pod, shortened(r.Issuer)))
		}
	}
	return missing
}

// unheld says which identity replicas have not loaded the bundle.
func unheld(o *Observation, b pki.Bundle) []string {
	if unseen := o.unseenReplicas(); unseen != "" {
		return []string{notSeen([]string{unseen})}
	}
	var missing []string
	for _, r := range o.Identity {
		if !sameSet(r.Bundle, b) {
			missing = append(missing, fmt.Sprintf("identity replica %q has loaded %s", r.Pod, shortened(r.Bundle)))
		}
	}
	return missing
}

// sameSet compares fingerprints with a bundle, whatever the order.
func sameSet(fps []string, b pki.Bundle) bool {
	want := fingerprints(b.Certificates())
	got := slices.Clone(fps)
	slices.Sort(want)
	slices.Sort(got)
	return slices.Equal(slices.Compact(got), want)
}

// shortened is a list of fingerprints for people.
func shortened(fps []string) string {
	if len(fps) == 0 {
		return "something that the observation does not show"
	}
	short := make([]string, len(fps))
	for i, fp := range fps {
		short[i] = fp[:8]
	}
	return fmt.Sprint(short)
}
