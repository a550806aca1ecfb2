package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// dataPlane is what `linkerd check --proxy` asks under linkerd-identity-data-plane,
// then what it does not: whether proxies verify each other, and their leaves. What
// nobody saw is not checked: the first section says what that is.
func (r *run) dataPlane() {
	rows := r.rows()
	if r.o.ControlPlane.TrustRoots != nil && slices.ContainsFunc(rows, func(e rotation.Endpoint) bool { return e.Bundle != nil }) {
		r.judge(Warning, "data plane proxies hold the trust anchors", problem.CheckStale, r.stale(rows), r.rollingOut())
	}
	if refusals, compared := r.cutOff(rows); compared {
		r.fail("data plane proxies verify each other", problem.CheckCutOff, refusals)
	}
	if slices.ContainsFunc(rows, func(e rotation.Endpoint) bool { return e.Chain != nil }) {
		r.judge(Warning, "data plane proxies have leaves of the issuer in force", problem.CheckOldLeaves, r.otherIssuers(rows), r.switching())
	}
	r.leaves(rows)
}

// rows are the endpoints of the namespace that is asked for.
func (r *run) rows() []rotation.Endpoint {
	return slices.DeleteFunc(slices.Clone(r.o.Endpoints), func(e rotation.Endpoint) bool {
		return r.Namespace != "" && e.Namespace != r.Namespace
	})
}

// stale lists the workloads whose pods hold other anchors than are delivered.
func (r *run) stale(rows []rotation.Endpoint) (found []string) {
	want := r.o.ControlPlane.TrustRoots
	for _, e := range rows {
		if e.Bundle != nil && want != nil && !sameSet(e.Bundle, want) {
			found = append(found, fmt.Sprintf("%s: %s, not %s", e.Place(), shorts(e.Bundle), shorts(want)))
		}
	}
	return found
}

// cutOff lists the pairs of bundles and chains that are live, and of which the
// one does not verify the other: connections between those pods fail.
func (r *run) cutOff(rows []rotation.Endpoint) (found []string, compared bool) {
	verifier := rotation.NewVerifier(r.At)
	held, chains := groups(rows, func(e rotation.Endpoint) []string { return e.Bundle }),
		groups(rows, func(e rotation.Endpoint) []string { return e.Chain })
	for _, replica := range r.o.Identity { // what they sign now is served next
		chains = chains.add(replica.Issuer, "new leaves of "+replica.Pod)
	}
	for _, h := range held {
		bundle, ok := r.certs.bundle(h.certificates)
		if !ok {
			continue
		}
		for _, s := range chains {
			chain, _ := r.certs.chain(s.certificates)
			if len(chain) == 0 || chain[0].Fingerprint() != s.certificates[0] {
				continue
			}
			compared = true
			verifier.Issues(r.mesh(), chain)
			if err := verifier.Verify(bundle, chain, rotation.ByProxy); err != nil {
				why := fmt.Sprintf("anchors %s do not verify issuer %s", shorts(h.certificates), short(s.certificates[0]))
				if over := invalid(chain, r.At); len(over) > 0 {
					why = over[0]
				}
				found = append(found, fmt.Sprintf("%s refuse %s: %s", h.words(), s.words(), why))
			}
		}
	}
	return found, compared
}

// group is pods that have the same bundle, or serve the same chain.
type group struct {
	certificates []string
	places       []string
}

type grouped []group

func groups(rows []rotation.Endpoint, of func(rotation.Endpoint) []string) (all grouped) {
	for _, e := range rows {
		all = all.add(of(e), e.Place())
	}
	return all
}

func (g grouped) add(certificates []string, place string) grouped {
	if len(certificates) == 0 {
		return g
	}
	i := slices.IndexFunc(g, func(o group) bool { return slices.Equal(o.certificates, certificates) })
	if i < 0 {
		return append(g, group{certificates, []string{place}})
	}
	g[i].places = append(g[i].places, place)
	return g
}

// words are the first places of a group.
func (g group) words() string {
	const few = 3
	if more := len(g.places) - few; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(g.places[:few], ", "), more)
	}
	return strings.Join(g.places, ", ")
}

// otherIssuers lists the workloads with leaves of another issuer.
func (r *run) otherIssuers(rows []rotation.Endpoint) (found []string) {
	want := r.signing()
	for _, e := range rows {
		if e.Chain != nil && want != nil && e.Chain[0] != want[0] {
			found = append(found, fmt.Sprintf("%s: issuer %s, not %s", e.Place(), short(e.Chain[0]), short(want[0])))
		}
	}
	return found
}

// leaves checks the dates of the proxies' own certificates, as they were when
// they were seen. `linkerd check` does not look at them.
func (r *run) leaves(rows []rotation.Endpoint) {
	var over, late, none []string
	at, seen, unseen := r.takenAt(), false, 0
	for _, e := range rows {
		first, err := time.Parse(time.RFC3339, e.Leaf.Expires.First)
		switch life := r.leafLife(e); {
		case e.NoChain:
			none = append(none, e.Place())
			continue
		case err != nil:
			unseen += e.Pods()
			continue
		case first.Before(at):
			over = append(over, fmt.Sprintf("%s: the first expired at %s", e.Place(), instant(first)))
		case life > 0 && first.Sub(at) < life*lateFor/100:
			late = append(late, fmt.Sprintf("%s: the first expires at %s, in %s of %s", e.Place(), instant(first), first.Sub(at).Round(time.Second), life.Round(time.Minute)))
		}
		seen = true
	}
	if seen {
		r.fail("data plane proxies' certificates are valid", problem.CheckLeafExpired, over)
		r.warn("data plane proxies renew their certificates in time", problem.CheckLeafLate, late)
	}
	if unseen > 0 {
		r.warn("the dates of data plane proxies' certificates were seen", problem.CheckNotSeen, []string{fmt.Sprintf("the dates of %d pods' certificates", unseen)})
	}
	if len(rows) > 0 {
		r.warn("data plane proxies have certificates", problem.CheckNoLeaf, none)
	}
}

// lateFor is the percentage of a leaf's life that is left when a proxy is late: it
// asks for a new one when 30 percent are left.
const lateFor = 20

// leafLife is how long leaves live, zero where nobody knows.
func (r *run) leafLife(e rotation.Endpoint) time.Duration {
	if r.State != nil {
		return time.Duration(r.State.WithDefaults().Spec.Leaf.Lifetime)
	}
	last, err := time.Parse(time.RFC3339, e.Leaf.Expires.Last)
	refreshed, also := time.Parse(time.RFC3339, e.Leaf.Refreshed.Last)
	if err != nil || also != nil {
		return 0
	}
	return last.Sub(refreshed)
}
