package state

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// PhaseOf finds the row of a phase: kind and strategy are empty for the stable
// phase. ok is false for a phase that the rotation does not have.
func PhaseOf(kind, strategy, name string) (row Phase, ok bool) {
	if kind == "" && strategy == "" && name == PhaseStable {
		return Stable, true
	}
	t, ok := TableOf(kind, strategy)
	if !ok {
		return Phase{}, false
	}
	i := slices.IndexFunc(t.Phases, func(p Phase) bool { return p.Name == name })
	if i < 0 {
		return Phase{}, false
	}
	return t.Phases[i], true
}

// TableOf finds the phases of one kind and strategy of rotation.
func TableOf(kind, strategy string) (t Table, ok bool) {
	i := slices.IndexFunc(Tables, func(t Table) bool { return t.Kind == kind && t.Strategy == strategy })
	if i < 0 {
		return Table{}, false
	}
	return Tables[i], true
}

// Current is the row of the phase that r rests in. It is the zero Phase only if
// r was never validated.
func (r *Rotation) Current() Phase {
	var kind, strategy string
	if r.Status.Rotation != nil {
		kind, strategy = r.Status.Rotation.Kind, r.Status.Rotation.Strategy
	}
	row, _ := PhaseOf(kind, strategy, r.Status.Phase)
	if row.Issuer == RoleCurrent && r.hasIssuer(RoleIncoming) {
		row.Issuer = RoleIncoming // a renewal that replaces an expired issuer too
	}
	return row
}

func (r *Rotation) hasIssuer(role string) bool {
	return slices.ContainsFunc(r.Status.Issuers, func(i Issuer) bool { return i.Role == role })
}

// Bundle is the anchors that the control plane delivers now, in the order of
// the file; extra anchors always are among them.
func (r *Rotation) Bundle() []Anchor {
	roles := r.Current().Bundle
	var delivered []Anchor
	for _, a := range r.Status.Anchors {
		if a.Role == RoleExtra || slices.Contains(roles, a.Role) {
			delivered = append(delivered, a)
		}
	}
	return delivered
}

// Issuing is the issuer that identity signs with now.
func (r *Rotation) Issuing() Issuer {
	role := r.Current().Issuer
	for _, i := range r.Status.Issuers {
		if i.Role == role {
			return i
		}
	}
	return Issuer{}
}

// WebhookMaterial is what the webhook of this values key serves and what the
// API server trusts now, and the path of the served certificate's key. All three
// are empty for a webhook that is not listed; the certificate and the key are
// empty where the Secret is someone else's.
func (r *Rotation) WebhookMaterial(webhook string) (certificate, caBundle, key string) {
	w, listed := r.Status.Webhooks[webhook]
	if !listed {
		return "", "", ""
	}
	in := WebhookMaterial{w.Certificate, w.CABundle, w.Key}
	if w.Incoming == nil {
		return in.Certificate, in.CABundle, in.Key
	}
	phase := r.Current()
	served := side(phase.WebhookCert, in, *w.Incoming)
	return served.Certificate, side(phase.WebhookCA, in, *w.Incoming).CABundle, served.Key
}

// side picks the material in force. SideBoth joins the CA bundles, current
// first, and is not used for what is served.
func side(s WebhookSide, now, incoming WebhookMaterial) WebhookMaterial {
	switch s {
	case SideCurrent:
	case SideIncoming:
		return incoming
	case SideBoth:
		now.CABundle = joinPEM(now.CABundle, incoming.CABundle)
	}
	return now
}

// joinPEM puts PEM after PEM, once when both are the same.
func joinPEM(first, second string) string {
	first, second = strings.TrimSpace(first), strings.TrimSpace(second)
	if first == second {
		return first
	}
	return first + "\n" + second
}

// StampOf is the rollout stamp that a workload carries now; it is empty before the
// first wave. Where the wave does not reach it, it keeps the previous stamp.
func (r *Rotation) StampOf(namespace, kind, name string) string {
	if w := r.Status.Wave; !w.Reaches(namespace, linkerd.ShortName(kind, name)) {
		return w.Previous
	}
	return r.Status.Stamp
}

// Reaches reports whether a workload, by its short name such as deploy/cart, has the new
// stamp; without a wave that is split, all have.
func (w *Wave) Reaches(namespace, workload string) bool {
	return w == nil || slices.Contains(w.Namespaces, namespace) ||
		slices.ContainsFunc([]string{"*/*", namespace + "/*", namespace + "/" + workload}, func(listed string) bool {
			return slices.Contains(w.Workloads, listed)
		})
}

// IsLinked reports whether spec.links has a cluster of that name.
func (r *Rotation) IsLinked(cluster string) bool {
	return slices.ContainsFunc(r.Spec.Links, func(l Link) bool { return l.Name == cluster })
}

// Leads refuses a link to the state of a cluster of another name.
func (l Link) Leads(to *Rotation) *problem.Problem {
	if to.Metadata.Name == l.Name {
		return nil
	}
	return problem.StateLinkName.With(l.Name, fmt.Sprintf("leads to the state of cluster %q", to.Metadata.Name))
}

// Knows reports whether a cluster is this one or a linked one: what was observed of others
// says nothing here.
func (r *Rotation) Knows(cluster string) bool {
	return cluster == r.Metadata.Name || r.IsLinked(cluster)
}
