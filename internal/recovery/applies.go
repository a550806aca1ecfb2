package recovery

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// expired finds certificates in use of these kinds that have ended.
func expired(kinds ...string) func(Facts) []string {
	return func(f Facts) (found []string) {
		for _, x := range f.Status.Certificates {
			if x.InUse && x.Expired && slices.Contains(kinds, x.Kind) && !(x.Kind == "anchor" && f.Status.Signs) {
				found = append(found, fmt.Sprintf("%s %q %s", x.Kind, x.Name, x.Ago(f.Status.At)))
			}
		}
		return found
	}
}

// refusedIssuer applies where neither a date nor the cluster is to blame.
func refusedIssuer(f Facts) []string {
	if f.Status.Refused == "" {
		return nil
	}
	return []string{f.Status.Refused}
}

// both applies where each of two does.
func both(a, b func(Facts) []string) func(Facts) []string {
	return func(f Facts) []string {
		one, other := a(f), b(f)
		if len(one) == 0 || len(other) == 0 {
			return nil
		}
		return append(one, other...)
	}
}

// lost finds missing key files of what is in force.
func lost(of string) func(Facts) []string {
	return func(f Facts) (found []string) {
		for _, k := range f.MissingKeys {
			if k.Of == of {
				found = append(found, fmt.Sprintf("the key of %s %q does not exist: %s", k.Of, k.Name, cmp.Or(k.File, k.Path)))
			}
		}
		return found
	}
}

// wrongKeys finds key files that must not be relied on.
func wrongKeys(f Facts) (found []string) {
	for _, k := range f.WrongKeys {
		found = append(found, k.Alarm())
	}
	return found
}

func reverted(f Facts) []string {
	r := f.Reverted
	if r == nil {
		return nil
	}
	return []string{fmt.Sprintf("the file has epoch %d, phase %s; commit %s has epoch %d, phase %s", f.Status.Epoch, f.Status.Phase, r.Commit[:12], r.Epoch, r.Phase)}
}

// fresh is the newest observation if it was taken after the last move.
func (f Facts) fresh() (newest *rotation.Observation) {
	for _, o := range f.sinceMove() {
		if newest == nil || o.At > newest.At { // one form, so texts sort as instants
			newest = o
		}
	}
	return newest
}

// sinceMove are the observations that were taken after the last move.
func (f Facts) sinceMove() (list []*rotation.Observation) {
	log := f.State.Status.Log
	for _, o := range f.Observed {
		if len(log) == 0 || o.At >= log[len(log)-1].At {
			list = append(list, o)
		}
	}
	return list
}

// foreignRoots: in an observation no certificate of the delivered trust roots is
// in the state. Any of them counts: two clusters that share the state differ.
func foreignRoots(f Facts) (found []string) {
	for _, o := range f.sinceMove() {
		known := func(x rotation.Expiry) bool {
			return (x.Kind == "anchor" || x.Kind == "retired") && slices.Contains(o.ControlPlane.TrustRoots, x.Fingerprint)
		}
		if len(o.ControlPlane.TrustRoots) > 0 && !slices.ContainsFunc(f.Status.Certificates, known) {
			found = append(found, fmt.Sprintf("ConfigMap linkerd-identity-trust-roots has %s (%s), the state has %s", short(o.ControlPlane.TrustRoots), o.At, short(f.Status.Bundle)))
		}
	}
	return found
}

func staleOutputs(f Facts) (found []string) {
	for _, name := range f.StaleOutputs {
		found = append(found, name+" is not what the state says")
	}
	return found
}

// halfApplied: of the delivered objects some are the phase's and some are not.
func halfApplied(f Facts) (old []string) {
	o := f.fresh()
	if o == nil {
		return nil
	}
	done := 0
	note := func(what string, is, want []string, ordered bool) {
		switch {
		case len(is) == 0, len(want) == 0:
		case same(is, want, ordered):
			done++
		default:
			old = append(old, fmt.Sprintf("%s has %s, the phase %s", what, short(is), short(want)))
		}
	}
	note("ConfigMap linkerd-identity-trust-roots", o.ControlPlane.TrustRoots, f.Status.Bundle, false)
	for _, in := range o.ControlPlane.Injectors {
		note("injector "+in.Pod, in.Bundle, f.Status.Bundle, false)
	}
	note("Secret linkerd-identity-issuer", o.ControlPlane.Issuer, f.Status.Issuer, true)
	for _, h := range o.Webhooks {
		note("the caBundle of webhook "+h.Name, h.CABundle, f.inUse("webhook-ca", h.Name), false)
		for _, served := range append([]rotation.Serving{{Chain: h.Served}}, h.Serving...) {
			note("webhook "+h.Name, served.Chain, f.inUse("webhook", h.Name), false)
		}
	}
	delivered := len(old)
	for _, r := range o.Identity {
		note("issuer of identity replica "+r.Pod, r.Issuer, f.Status.Issuer, true)
	}
	if done == 0 || delivered == 0 {
		return nil
	}
	return old
}

// inUse are the fingerprints of a webhook's certificates that the phase uses.
func (f Facts) inUse(kind, name string) (fps []string) {
	for _, x := range f.Status.Certificates {
		if x.Kind == kind && x.Name == name && x.InUse {
			fps = append(fps, x.Fingerprint)
		}
	}
	return fps
}

func otherIssuerLoaded(f Facts) (found []string) {
	o := f.fresh()
	if o == nil {
		return nil
	}
	for _, r := range o.Identity {
		if len(r.Issuer) > 0 && !same(r.Issuer, f.Status.Issuer, true) {
			found = append(found, fmt.Sprintf("identity replica %s signs with %s, the phase with %s", r.Pod, short(r.Issuer), short(f.Status.Issuer)))
		}
	}
	return found
}

// unspread reports whether no rollout has brought the delivered bundle to the pods
// yet, so that they are right to hold another: the next phase waits for its delivery.
func (f Facts) unspread() bool {
	next, ok := f.State.Next()
	return ok && slices.Contains(next.Needs, state.BundleDelivered)
}

func otherBundleHeld(f Facts) (found []string) {
	o := f.fresh()
	if o == nil || f.unspread() {
		return nil
	}
	for _, e := range o.Endpoints {
		if len(e.Bundle) > 0 && !same(e.Bundle, f.Status.Bundle, false) {
			found = append(found, fmt.Sprintf("%s of %s with the trust bundle %s", pods(max(e.Count, 1)), place(e), f.bundleOf(e.Bundle)))
		}
	}
	return found
}

func pods(n int) string {
	if n == 1 {
		return "1 pod"
	}
	return fmt.Sprintf("%d pods", n)
}

// bundleOf names the anchors of a bundle as the state does, others by their fingerprints.
func (f Facts) bundleOf(fps []string) string {
	list := make([]string, len(fps))
	for i, fp := range fps {
		list[i] = fp[:min(8, len(fp))]
		for _, x := range f.Status.Certificates {
			if x.Fingerprint == fp {
				list[i] = fmt.Sprintf("%q", x.Name)
			}
		}
	}
	return strings.Join(list, ", ")
}

// place names where a row's pods are.
func place(e rotation.Endpoint) string {
	where := e.Group
	if e.Namespace != "" {
		where = e.Namespace
	}
	if e.Workload != "" {
		where += "/" + e.Workload
	}
	return where
}

func same(a, b []string, ordered bool) bool {
	if !ordered {
		a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	}
	return slices.Equal(a, b)
}

func short(fps []string) string {
	list := make([]string, len(fps))
	for i, fp := range fps {
		list[i] = fp[:min(8, len(fp))]
	}
	return "[" + strings.Join(list, " ") + "]"
}

// editedLog: of a file that Git has a newer version of, that is said first.
func editedLog(f Facts) []string {
	if f.Reverted != nil {
		return nil
	}
	return f.Edited
}

// LogAlarms says what the log and Git show that no move of this tool does: an older
// file in the place of a newer one, or else an edited log.
func (f Facts) LogAlarms() []string {
	if alarm := f.Reverted.Alarm(f.State); alarm != "" {
		return []string{alarm}
	}
	return f.Edited
}
