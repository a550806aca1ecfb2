package check

import (
	"fmt"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// rotation compares the cluster with the phase of the state.
func (r *run) rotation() {
	status, err := rotation.StatusOf(r.State, rotation.Evidence{}, r.At)
	if err != nil {
		r.fail("the state file can be judged", problem.CheckState, texts(err))
		return
	}
	r.fail("the state file has no alarms", problem.CheckState, status.Alarms)
	phase := r.State.Status.Phase
	r.warn("the observation is younger than phase "+phase, problem.CheckBeforeMove, r.beforeMove())
	if r.o.Mesh.TrustDomain != "" {
		r.fail("the trust domain is that of the state", problem.CheckTrustDomain, r.trustDomain())
	}
	applied := fmt.Sprintf("phase %s may not be applied yet", phase)
	roots := r.o.ControlPlane.TrustRoots
	if roots != nil {
		r.applied("the trust anchors are those of phase "+phase, problem.CheckBundlePhase, sameSet(roots, status.Bundle), roots, status.Bundle,
			applied)
	}
	if issuer := r.o.ControlPlane.Issuer; issuer != nil {
		r.applied("the issuer is that of phase "+phase, problem.CheckIssuerPhase, slices.Equal(issuer, status.Issuer), issuer, status.Issuer,
			applied)
	}
	r.hooksOfPhase(phase)
}

func texts(err error) (found []string) {
	for _, p := range problem.Of(err) {
		found = append(found, p.Error())
	}
	return found
}

// beforeMove says that the observation was taken before the last move.
func (r *run) beforeMove() []string {
	last, ok := r.last()
	if made, err := time.Parse(time.RFC3339, last.At); ok && err == nil && r.takenAt().Before(made) {
		return []string{fmt.Sprintf("it was taken at %s, the phase was entered at %s", r.o.At, last.At)}
	}
	return nil
}

func (r *run) trustDomain() []string {
	want := r.State.WithDefaults().Spec.Linkerd.TrustDomain
	if is := r.o.Mesh.TrustDomain; is != want {
		return []string{fmt.Sprintf("the control plane has %q, the state %q", is, want)}
	}
	return nil
}

// applied compares what is delivered with the phase. Certificates of the state
// are those of another phase, which is a warning; foreign ones are a failure.
func (r *run) applied(description string, says problem.Sentence, same bool, is, want []string, unapplied string) {
	if same {
		r.fail(description, says, nil)
		return
	}
	found := fmt.Sprintf("the cluster has %s, the phase %s", shorts(is), shorts(want))
	own := known(&rotation.Observation{}, r.State)
	foreign := slices.ContainsFunc(is, func(f string) bool { _, ours := own[f]; return !ours })
	if foreign {
		r.fail(description, says, []string{found + ": a certificate is not in the state file"})
		return
	}
	r.warn(description, says, []string{found + ": " + unapplied})
}

// hooksOfPhase compares what the API server trusts and the webhooks serve with
// the phase; what is not in the state is someone else's.
func (r *run) hooksOfPhase(phase string) {
	if len(r.o.Webhooks) == 0 {
		return
	}
	var found []string
	for _, h := range r.o.Webhooks {
		if _, ours := r.State.Status.Webhooks[h.Name]; !ours {
			continue
		}
		certificate, caBundle, _ := r.State.WebhookMaterial(h.Name)
		if want := fingerprints(caBundle); h.CABundle != nil && len(want) > 0 && !sameSet(h.CABundle, want) {
			found = append(found, fmt.Sprintf("%s: the API server trusts %s, not %s", h.Name, shorts(h.CABundle), shorts(want)))
		}
		want := fingerprints(certificate)
		for _, s := range served(h) {
			if len(want) > 0 && len(s.Chain) > 0 && s.Chain[0] != want[0] {
				found = append(found, fmt.Sprintf("%s: %d pods serve %s, not %s", h.Name, s.Count, short(s.Chain[0]), short(want[0])))
			}
		}
	}
	expected := ""
	if r.nextNeeds(state.WebhookCADelivered, state.WebhookCertServed) {
		expected = fmt.Sprintf("in phase %s, until it is applied and the pods have restarted", phase)
	}
	r.judge(Warning, "the webhooks are those of phase "+phase, problem.CheckWebhookPhase, found, expected)
}

// fingerprints are those of a PEM text.
func fingerprints(text string) (list []string) {
	chain, err := pki.ReadChain([]byte(text))
	if err != nil {
		return nil
	}
	for _, c := range chain {
		list = append(list, c.Fingerprint())
	}
	return list
}
