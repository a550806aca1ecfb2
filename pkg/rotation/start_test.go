package rotation

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

const year = 365 * day

// brought is a PKI made outside: an anchor and what it signs, with any dates.
type brought struct {
	anchor pki.Certificate
	key    pki.Key
	issuer pki.Chain
}

func bring(name string, anchor, issuer pki.Period) brought {
	r := random(name)
	key := must(pki.MintKey(pki.FormSEC1, r))
	cert := must(pki.MintAnchor(key, name, anchor, r))
	signer := must(pki.MintKey(pki.FormSEC1, r))
	return brought{cert, key, pki.Chain{must(pki.MintIssuer(signer.Signer().Public(), "identity.linkerd.cluster.local", cert, key, issuer, r))}}
}

func from(a, b time.Duration) pki.Period {
	return pki.Period{NotBefore: now.Add(a), NotAfter: now.Add(b)}
}

// adopt is a mesh whose current PKI is the brought one.
func adopt(t testing.TB, b brought) *mesh {
	m := newMesh(t, "prod", now)
	m.state.Status.Anchors[0].Certificate = text(b.anchor.PEM())
	m.state.Status.Issuers[0].Certificate = text(b.issuer.Marshal())
	m.keys[m.state.Status.Anchors[0].Key] = b.key
	return m
}

// TestClockCases: material whose dates do not fit is refused, with the
// arithmetic in the sentence.
func TestClockCases(t *testing.T) {
	good := bring("root current", from(-day, 5*year), from(-day, year))
	for _, c := range []struct {
		name    string
		current brought
		next    brought
		options StartOptions
		want    string // code
		says    string
	}{
		{"fine", good, bring("n", from(-day, 5*year), from(-day, year)), StartOptions{Kind: "anchor"}, "", ""},
		{"anchor not yet valid", good, bring("n", from(time.Hour, 5*year), from(-day, year)), StartOptions{Kind: "anchor"},
			"rotation-not-yet-valid", "the incoming anchor is not valid before 2026-03-01T13:00:00Z; with a clock skew of 20s it can be used from 2026-03-01T13:00:20Z, asked at 2026-03-01T12:00:00Z"},
		{"valid, but not back-dated by the skew", good, bring("n", from(-10*time.Second, 5*year), from(-day, year)), StartOptions{Kind: "anchor"},
			"rotation-not-yet-valid", "it can be used from 2026-03-01T12:00:10Z"},
		{"issuer not yet valid", good, bring("n", from(-day, 5*year), from(day, year)), StartOptions{Kind: "anchor"},
			"rotation-not-yet-valid", "the incoming issuer is not valid before"},
		{"anchor expired", good, bring("n", from(-day, -time.Hour), from(-day, -time.Hour)), StartOptions{Kind: "anchor", Strategy: "bundle"},
			"rotation-expired", "the incoming anchor is not valid after 2026-03-01T11:00:00Z, asked at 2026-03-01T12:00:00Z"},
		{"incoming issuer ends before the plan", good, bring("n", from(-day, 5*year), from(-day, 30*time.Hour)), StartOptions{Kind: "anchor", Strategy: "bundle"},
			// 12:00, lag 5m, wave 1h, lag 5m, lag 5m and 24h0m20s, lag 5m; then the life of the last leaf
			"rotation-too-short", "the incoming issuer ends at 2026-03-02T18:00:00Z and is needed until 2026-03-03T13:20:40Z (the rotation ends at 2026-03-02T13:20:20Z at the earliest, and leaves live 24h0m20s): 19h20m40s too short"},
		{"outgoing issuer expires between two phases", bring("c", from(-day, year), from(-day, 65*time.Minute)), bring("n", from(-day, 5*year), from(-day, year)), StartOptions{Kind: "anchor", Strategy: "bundle"},
			"rotation-too-short", "the outgoing issuer ends at 2026-03-01T13:05:00Z and is needed until 2026-03-01T13:10:00Z (identity signs with it until 2026-03-01T13:10:00Z at the earliest"},
		{"outgoing issuer lasts until it is switched", bring("c", from(-day, year), from(-day, 70*time.Minute)), bring("n", from(-day, 5*year), from(-day, year)), StartOptions{Kind: "anchor", Strategy: "bundle"}, "", ""},
		{"outgoing anchor ends before the cross certificate is out of use", bring("c", from(-day, 20*time.Hour), from(-day, 20*time.Hour)), bring("n", from(-day, 5*year), from(-day, year)), StartOptions{Kind: "anchor", Strategy: "cross-sign"},
			"rotation-too-short", "the cross certificate ends at 2026-03-02T08:00:00Z"},
		{"issuer outlives its anchor", good, outliving("n"), StartOptions{Kind: "anchor"},
			"rotation-outlives", "the incoming issuer ends at 2027-03-01T12:00:00Z, after the anchor above it at 2026-12-26T12:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := adopt(t, c.current)
			c.options.Anchor, c.options.Issuer, c.options.OutgoingKey = c.next.anchor, c.next.issuer, c.current.key
			_, err := Start(m.state, c.options, Evidence{}, now, random("x"))
			if c.want == "" {
				if err != nil {
					t.Error(explain(err))
				}
				return
			}
			if !slices.Contains(codes(err), c.want) || !strings.Contains(explain(err), c.says) {
				t.Errorf("want %s: %s\ngot %s", c.want, c.says, explain(err))
			}
		})
	}
}

// outliving is an issuer that a careless CA let end after its anchor: the
// anchor was made again, shorter, with the same name and key.
func outliving(name string) brought {
	b := bring(name, from(-day, 2*year), from(-day, year))
	b.anchor = must(pki.RenewAnchor(b.anchor, b.key, from(-day, 300*day), random("shorter")))
	return b
}

// TestExpiresWhileUnderWay: a certificate that ends while a phase rests too
// long is refused when the next phase would still use it, and not when leaving
// it is the way out.
func TestExpiresWhileUnderWay(t *testing.T) {
	current := bring("c", from(-day, year), from(-day, 10*day))
	m := adopt(t, current)
	m.start(t, StartOptions{Kind: "anchor", Strategy: "bundle"}, Evidence{}, now)
	late := now.Add(11 * day)
	_, err := Advance(m.state, Options{}, seen(m.sight(late)), late)
	if !slices.Contains(codes(err), "rotation-expired") || !strings.Contains(explain(err), "the outgoing issuer is not valid after 2026-03-11T12:00:00Z, asked at 2026-03-12T12:00:00Z") {
		t.Errorf("resting with an expired issuer: %s", explain(err))
	}
	accepted := Options{AcceptDowntime: true}
	if move, err := To(m.state, "issuer-switched", accepted, seen(m.sight(late)), late); err != nil || !move.DowntimeAccepted {
		t.Errorf("leaving the expired issuer: %s", explain(err))
	}
}

// TestStrategy is the table of which strategy is taken.
func TestStrategy(t *testing.T) {
	none := bring("none", from(-day, 5*year), from(-day, year))
	for _, c := range []struct {
		pathLen int // -1: none
		key     bool
		asked   string
		want    string // strategy, or the code of a refusal
	}{
		{-1, true, "", "cross-sign"},
		{-1, false, "", "bundle"},
		{-1, true, "bundle", "bundle"},
		{-1, false, "cross-sign", "rotation-strategy"},
		{0, true, "", "bundle"},
		{0, true, "cross-sign", "rotation-strategy"},
		{1, true, "", "bundle"},
		{1, true, "cross-sign", "cross-sign"},
		{1, false, "cross-sign", "rotation-strategy"},
		{2, true, "", "cross-sign"},
		{2, false, "", "bundle"},
	} {
		current := none
		if c.pathLen >= 0 {
			current = limited(c.pathLen)
		}
		m := adopt(t, current)
		o := StartOptions{Kind: state.KindAnchor, Strategy: c.asked}
		if c.key {
			o.OutgoingKey = current.key
		}
		move, err := Start(m.state, o, Evidence{}, now, random("x"))
		got := strings.Join(codes(err), " ")
		if err == nil {
			got = move.State.Status.Rotation.Strategy
		}
		if got != c.want {
			t.Errorf("path length %d, key %t, asked %q: %s, want %s %s", c.pathLen, c.key, c.asked, got, c.want, explain(err))
		}
	}
}

// TestCrossSignUnderPathLengthOne: the gate is open, since identity and proxies
// accept it, and the proof shows that Go clients do not.
func TestCrossSignUnderPathLengthOne(t *testing.T) {
	current := limited(1)
	m := adopt(t, current)
	m.start(t, StartOptions{Kind: state.KindAnchor, Strategy: state.StrategyCrossSign, OutgoingKey: current.key}, Evidence{}, now)
	proof := must(Prove(m.state, ProveOptions{}, Evidence{}, now))
	found := false
	for _, c := range proof.Steps[0].Matrix {
		if len(c.Bundle) == 1 && c.Bundle[0] == current.anchor.Fingerprint() && len(c.Chain) == 2 {
			found = true
			if !c.OK(ByProxy) || !c.OK(ByIdentity) || c.OK(ByGoLeaf) {
				t.Errorf("%+v", c.Results)
			}
		}
	}
	if !found {
		t.Error("the matrix has no cell of {A} and b X")
	}
}

// TestBroughtMaterial: everything brought, nothing minted.
func TestBroughtMaterial(t *testing.T) {
	m := newMesh(t, "prod", now)
	next := bring("next", from(-day, 5*year), from(-day, year))
	o := StartOptions{Kind: state.KindAnchor, Anchor: next.anchor, Issuer: next.issuer, IssuerKeyPath: "hsm/issuer.key", Name: "hsm"}
	move := m.start(t, StartOptions{Kind: o.Kind, Strategy: state.StrategyBundle, Anchor: o.Anchor, Issuer: o.Issuer, IssuerKeyPath: o.IssuerKeyPath, Name: o.Name}, Evidence{}, now)
	st := move.State.Status
	if len(move.Minted) != 0 || st.Anchors[1].Name != "hsm" || st.Issuers[1].Name != "hsm-1" || st.Issuers[1].Key != "hsm/issuer.key" || st.Anchors[1].Key != "" {
		t.Errorf("minted %d; %+v %+v", len(move.Minted), st.Anchors[1].Name, st.Issuers[1].Name)
	}
	for want, o := range map[string]StartOptions{
		"rotation-incomplete":     {Kind: "anchor", Issuer: next.issuer},
		"rotation-needs-key":      {Kind: "anchor", Anchor: next.anchor},
		"rotation-no-kind":        {Kind: "everything"},
		"rotation-same-anchor":    {Kind: "anchor", Anchor: must(MaterialOf(newMesh(t, "prod", now).state)).Bundle.Certificates()[0], Issuer: next.issuer},
		"rotation-name":           {Kind: "anchor", Name: "2026"},
		"rotation-g3":             {Kind: "issuer", Issuer: next.issuer},
		"rotation-foreign-anchor": {Kind: "renew", Anchor: next.anchor},
		"rotation-downtime":       {Kind: "replace"},
		"rotation-no-webhook":     {Kind: "webhooks", Webhooks: map[string]BroughtWebhook{"nobody": {}}},
	} {
		if _, err := Start(newMesh(t, "prod", now).state, o, Evidence{}, now, random("y")); !slices.Contains(codes(err), want) {
			t.Errorf("want %s, got %s", want, explain(err))
		}
	}
	m = newMesh(t, "prod", now)
	key := m.anchorKey(state.RoleCurrent)
	twin := must(pki.MintAnchor(key, "another name", from(-day, 5*year), random("twin")))
	if _, err := Start(m.state, StartOptions{Kind: "anchor", Anchor: twin, AnchorKey: key}, Evidence{}, now, random("y")); !slices.Equal(codes(err), []string{"rotation-same-anchor"}) {
		t.Errorf("the current anchor's key under another name: %v", codes(err))
	}
	other := bring("other", from(-day, 5*year), from(-day, year))
	crossed := StartOptions{Kind: "replace", Anchor: next.anchor, Issuer: other.issuer, Options: Options{AcceptDowntime: true}}
	if _, err := Start(newMesh(t, "prod", now).state, crossed, Evidence{}, now, random("y")); !slices.Equal(codes(err), []string{"rotation-other-anchor"}) {
		t.Errorf("accepted downtime lets a bundle in that refuses its own issuer: %v", codes(err))
	}
	if _, err := Start(newMesh(t, "prod", now).state, StartOptions{Kind: "renew", Strategy: "bundle"}, Evidence{}, now, random("y")); !slices.Equal(codes(err), []string{"rotation-no-kind"}) {
		t.Errorf("a strategy for renew: %v", codes(err))
	}
	for _, kind := range []string{"issuer", "renew"} {
		if _, err := Start(newMesh(t, "prod", now).state, StartOptions{Kind: kind}, Evidence{}, now, random("y")); !slices.Equal(codes(err), []string{"rotation-needs-key"}) {
			t.Errorf("%s without a key: %v", kind, codes(err))
		}
	}
}

// TestBroughtCrossCertificate: X made elsewhere needs no key here.
func TestBroughtCrossCertificate(t *testing.T) {
	m := newMesh(t, "prod", now)
	current := must(MaterialOf(m.state)).Bundle.Certificates()[0]
	next := bring("next", from(-day, 5*year), from(-day, year))
	x := must(pki.CrossSign(next.anchor, current, m.anchorKey(state.RoleCurrent), from(-day, 5*year), random("x")))
	o := StartOptions{Kind: state.KindAnchor, Strategy: state.StrategyCrossSign, Anchor: next.anchor, Issuer: append(next.issuer, x)}
	move, err := Start(m.state, o, Evidence{}, now, random("y"))
	if err != nil || len(chainFPs(move.State.Status.Issuers[1].Certificate)) != 2 {
		t.Errorf("%s", explain(err))
	}
}

// TestStartIsDeterministic: the same arguments and random bytes give the same
// state file and keys, for every kind.
func TestStartIsDeterministic(t *testing.T) {
	for _, path := range Paths {
		run := func(seed string) (string, string) {
			m := newMesh(t, "prod", now)
			o := StartOptions{Kind: path.Kind, Strategy: path.Strategy, OutgoingKey: m.anchorKey(state.RoleCurrent), Options: Options{AcceptDowntime: true}}
			move, err := Start(m.state, o, Evidence{}, now, random(seed))
			if err != nil {
				t.Fatal(explain(err))
			}
			var keys bytes.Buffer
			for _, k := range move.Minted {
				keys.WriteString(k.Path)
				keys.Write(k.Key.PEM())
			}
			return string(must(state.Marshal(move.State))), keys.String()
		}
		a, keysA := run("one")
		b, keysB := run("one")
		c, _ := run("two")
		if a != b || keysA != keysB || a == c {
			t.Errorf("%s: same seed same bytes %t, other seed other bytes %t", path.label(), a == b && keysA == keysB, a != c)
		}
	}
}

// TestMintedPassesLint: what start and init mint gives no finding.
func TestMintedPassesLint(t *testing.T) {
	id := pki.Identity{Namespace: "linkerd", TrustDomain: "cluster.local"}
	for _, strategy := range []string{state.StrategyBundle, state.StrategyCrossSign} {
		m := newMesh(t, "prod", now)
		m.start(t, StartOptions{Kind: state.KindAnchor, Strategy: strategy}, Evidence{}, now)
		d := must(openDossier(m.state, NewVerifier(now)))
		var anchors []pki.Certificate
		for _, a := range d.anchors {
			anchors = append(anchors, a.cert)
		}
		bundle := must(pki.NewBundle(anchors...))
		findings := pki.LintBundle(bundle, id, now)
		for _, i := range d.issuers {
			findings = append(findings, pki.LintIssuer(bundle, i.chain, id, now)...)
		}
		for name, w := range m.state.Status.Webhooks {
			service := pki.Webhook{Service: linkerd.ServiceOf(name), Namespace: "linkerd", Key: m.keys[w.Key],
				Serving: must(pki.ParseChain([]byte(w.Certificate))), CABundle: must(pki.ParseChain([]byte(w.CABundle)))}
			findings = append(findings, pki.LintWebhook(service, now)...)
		}
		for _, f := range findings {
			t.Errorf("%s: %+v", strategy, f)
		}
	}
}

// TestRenewExpired: the anchor has expired, its key is alive: the same name and
// key with new dates, accepted in words; only identity has to restart.
func TestRenewExpired(t *testing.T) {
	current := bring("c", from(-2*year, -time.Hour), from(-2*year, -2*time.Hour))
	current.issuer = pki.Chain{reissue(current)}
	m := adopt(t, current)
	o := StartOptions{Kind: state.KindRenew, OutgoingKey: current.key}
	if _, err := Start(m.state, o, Evidence{}, now, random("x")); !slices.Contains(codes(err), "rotation-standing") || !slices.Contains(codes(err), "rotation-downtime") {
		t.Errorf("without a word: %v", codes(err))
	}
	o.AcceptDowntime = true
	move := m.start(t, o, Evidence{}, now)
	if move.Wave || !move.DowntimeAccepted {
		t.Errorf("wave %t, downtime accepted %t", move.Wave, move.DowntimeAccepted)
	}
	sight := m.sight(now.Add(time.Minute))
	for i := range sight.Endpoints { // workloads never restarted
		sight.Endpoints[i].Bundle = []string{current.anchor.Fingerprint()}
	}
	end := m.advance(t, Options{}, seen(sight), now.Add(2*time.Minute))
	if end.Wave || m.state.Status.Phase != state.PhaseStable || m.state.Status.Stamp != "" {
		t.Errorf("phase %s, wave %t", m.state.Status.Phase, end.Wave)
	}
	again := StartOptions{Kind: state.KindWebhooks}
	if _, err := Start(m.state, again, Evidence{}, now.Add(time.Hour), random("z")); err != nil {
		t.Errorf("the old anchor lives on by its key, so nothing waits for it: %s", explain(err))
	}
}

// reissue makes an issuer that is valid now under an anchor that is not: what a
// CA that does not look at its own dates gives.
func reissue(b brought) pki.Certificate {
	r := random("reissue")
	long := must(pki.RenewAnchor(b.anchor, b.key, from(-2*year, year), r))
	key := must(pki.MintKey(pki.FormSEC1, r))
	return must(pki.MintIssuer(key.Signer().Public(), "identity.linkerd.cluster.local", long, b.key, from(-day, year), r))
}

// TestReplaceExpired: everything is dead; the way out costs one accepted
// downtime, at the start and not at every step.
func TestReplaceExpired(t *testing.T) {
	dead := bring("dead", from(-2*year, -day), from(-2*year, -day))
	m := adopt(t, dead)
	if _, err := Start(m.state, StartOptions{Kind: state.KindAnchor}, Evidence{}, now, random("x")); !slices.Contains(codes(err), "rotation-expired") && !slices.Contains(codes(err), "rotation-g3") {
		t.Errorf("the normal way with dead material: %v", codes(err))
	}
	m.start(t, StartOptions{Kind: state.KindReplace, Options: Options{AcceptDowntime: true}}, Evidence{}, now)
	at := now.Add(time.Hour)
	blind := m.sight(at)
	for i := range blind.Endpoints {
		blind.Endpoints[i].Chain = nil
		blind.Endpoints[i].Bundle = []string{dead.anchor.Fingerprint()}
	}
	move := m.advance(t, Options{}, seen(blind), at)
	if !move.Wave {
		t.Error("no wave")
	}
	m.advance(t, Options{}, seen(m.sight(at)), at)
	if m.state.Status.Phase != state.PhaseStable {
		t.Error(m.state.Status.Phase)
	}
}

// TestRetiredAnchors: they shut the next start until an observation shows that
// nobody has them, or a person says so; then their keys are named.
func TestRetiredAnchors(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "anchor-dropped")
	m.advance(t, Options{}, seen(m.sight(instant)), instant)
	retired := m.state.Status.Retired[0]
	try := func(e Evidence) (*Move, error) {
		return Start(m.state, StartOptions{Kind: state.KindWebhooks}, e, instant.Add(time.Hour), random("x"))
	}
	_, err := try(Evidence{})
	wantNeed(t, "without evidence", err, RetiredGone)
	o := m.sight(instant)
	o.Endpoints[1].Bundle = append(chainFPs(retired.Certificate), o.Endpoints[1].Bundle...)
	_, err = try(seen(o))
	wantNeed(t, "while a pod still trusts it", err, RetiredGone)
	still := *o
	still.At = instant.Add(time.Minute).Format(time.RFC3339)
	for kept, gone := range map[*Observation]bool{&still: true, seenAt(&still, instant.Add(30*time.Minute)): false} { // older than the one that is passed, and newer
		_, err = try(Evidence{Observations: []*Observation{m.sight(instant.Add(10 * time.Minute))}, Earlier: []*Observation{kept}})
		if (err == nil) != gone {
			t.Errorf("kept at %s: %s", kept.At, explain(err))
		}
	}
	o = m.sight(instant)
	o.Covers = o.Covers[:3]
	_, err = try(seen(o))
	wantNeed(t, "while a group was not seen", err, RetiredGone)
	for name, e := range map[string]Evidence{"seen": seen(m.sight(instant)), "assumed": assume(RetiredGone)} {
		move, err := try(e)
		if err != nil || len(move.State.Status.Retired) != 0 || !slices.Equal(move.Destroy, []string{retired.Key}) {
			t.Errorf("%s: %s", name, explain(err))
		}
	}
}

// TestRetiredWithoutChains: a plain observation shows no chains. It is enough a day after
// another one from after the rotation, and what was seen during the rotation does not count.
func TestRetiredWithoutChains(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "anchor-dropped")
	plain := func(at time.Time) *Observation {
		o := m.sight(at)
		for i := range o.Endpoints {
			o.Endpoints[i].Chain = nil
		}
		return o
	}
	during := plain(instant.Add(-time.Minute))
	m.advance(t, Options{}, seen(m.sight(instant)), instant)
	first, last := plain(instant.Add(time.Hour)), plain(instant.Add(30*time.Hour))
	for name, c := range map[string]struct {
		e   Evidence
		met bool
	}{
		"one":                           {seen(last), false},
		"a kept one of the rotation":    {Evidence{Observations: []*Observation{last}, Earlier: []*Observation{during}}, false},
		"a kept one from after it":      {Evidence{Observations: []*Observation{last}, Earlier: []*Observation{first}}, true},
		"one from after it is passed":   {seen(first, last), true},
		"every chain, and nothing else": {seen(m.sight(instant.Add(30 * time.Hour))), true},
	} {
		_, err := Start(m.state, StartOptions{Kind: state.KindWebhooks}, c.e, instant.Add(30*time.Hour), random("x"))
		if c.met && err != nil {
			t.Errorf("%s: %s", name, explain(err))
		} else if !c.met {
			wantNeed(t, name, err, RetiredGone)
		}
	}
}

// TestIssuerNeedsDelivery: with kubernetes.io/tls the chart renders no issuer; an
// output of kind manifests has it where the custody has an object for it.
func TestIssuerNeedsDelivery(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "anchor-spread")
	m.state.Spec.Linkerd.IssuerScheme = state.SchemeKubernetes
	e := seen(m.sight(instant))
	for _, c := range []struct {
		custody   string
		manifests bool
		delivers  bool
	}{
		{state.CustodySOPS, true, true}, {state.CustodyCertManager, true, true}, {state.CustodySOPS, false, false},
		{state.CustodyAge, true, false}, {state.CustodyFile, true, false},
	} {
		s := m.state.Clone()
		s.Spec.Custody.Kind = c.custody
		if c.manifests {
			s.Spec.Outputs = []state.Output{{Kind: state.OutputManifests, Path: "pki.yaml"}}
		}
		_, err := Advance(s, Options{}, e, instant)
		if c.delivers && err != nil {
			t.Errorf("%+v: %s", c, explain(err))
		} else if !c.delivers {
			wantNeed(t, c.custody, err, DeliveredElsewhere)
		}
	}
}

func TestExternalCANeedsDelivery(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "issuer-spread")
	m.state.Spec.Linkerd.ExternalCA = true
	e := seen(m.sight(instant))
	_, err := Advance(m.state, Options{}, e, instant)
	wantNeed(t, "without an output", err, DeliveredElsewhere)
	with := m.state.Clone()
	with.Spec.Outputs = []state.Output{{Kind: state.OutputManifests, Path: "pki.yaml"}}
	if _, err := Advance(with, Options{}, e, instant); err != nil {
		t.Error(explain(err))
	}
	e.Assumptions = assume(DeliveredElsewhere).Assumptions
	if _, err := Advance(m.state, Options{}, e, instant); err != nil {
		t.Error(explain(err))
	}
}

func TestStamp(t *testing.T) {
	m := must(MaterialOf(newMesh(t, "prod", now).state))
	other := must(MaterialOf(newMesh(t, "east", now).state))
	s := Stamp(3, m)
	if len(s) != 16 || s != Stamp(3, m) || s == Stamp(4, m) || s == Stamp(3, other) || s == Stamp(3, Material{m.Bundle, other.Issuer}) {
		t.Errorf("stamp %q does not tell epochs and material apart", s)
	}
	if want := "ca0c0c3c695e04ee"; s != want {
		t.Errorf("stamp %q, want %q: stamps of waves under way would change", s, want)
	}
}
