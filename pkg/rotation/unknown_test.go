package rotation

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// abandoned is a mesh after a rotation was begun and abandoned, and what the
// abandoned rotation signed with.
func abandoned(t *testing.T, o StartOptions) (*mesh, []string) {
	t.Helper()
	m := newMesh(t, "prod", now)
	m.start(t, o, Evidence{}, now.Add(time.Minute))
	var chain []string
	for _, i := range m.state.Status.Issuers {
		if i.Role == state.RoleIncoming {
			chain = chainFPs(i.Certificate)
		}
	}
	m.back(t, seen(m.sight(now.Add(time.Minute))), now.Add(2*time.Minute))
	if m.state.Status.Phase != state.PhaseStable {
		t.Fatalf("back leads to %s", m.state.Status.Phase)
	}
	return m, chain
}

// startAgain tries a rotation on the evidence and says what it would destroy.
func (m *mesh) startAgain(o StartOptions, e Evidence, at time.Time) (*Move, error) {
	o.OutgoingKey = m.anchorKey(state.RoleCurrent)
	return Start(m.state, o, e, at, random("again"))
}

var crossSign = StartOptions{Kind: state.KindAnchor, Strategy: state.StrategyCrossSign}

// A pod still serves a leaf of the abandoned issuer behind its cross
// certificate. The retired anchor signed that issuer, so its key must not go.
func TestAbandonedChainIsNotGone(t *testing.T) {
	m, chain := abandoned(t, crossSign)
	at := now.Add(time.Hour)
	o := m.sight(at)
	o.Endpoints[1].Chain = chain
	_, err := m.startAgain(crossSign, seen(o), at)
	if !slices.Contains(codes(err), "rotation-unmet") || !strings.Contains(explain(err), "still has a live chain: 12 proxies in \"emojivoto\"") {
		t.Fatalf("a live chain of the abandoned issuer: %s", explain(err))
	}
	if _, err := m.startAgain(crossSign, seen(m.sight(at)), at); err != nil {
		t.Errorf("nothing of it is live: %s", explain(err))
	}
}

// What cannot be told is not gone: in each of these the retired anchor, or a
// leaf under it, may be live.
func TestUnknownIsNotGone(t *testing.T) {
	m, _ := abandoned(t, crossSign)
	at := now.Add(time.Hour)
	stranger := strings.Repeat("ab", 32)
	for name, spoil := range map[string]func(*Observation){
		"a stranger's chain":          func(o *Observation) { o.Endpoints[1].Chain = []string{stranger} },
		"a bundle with a stranger":    func(o *Observation) { o.Endpoints[1].Bundle = []string{stranger} },
		"no chain":                    func(o *Observation) { o.Endpoints[1].Chain = nil },
		"no bundle":                   func(o *Observation) { o.Endpoints[1].Bundle = nil },
		"identity's bundle not seen":  func(o *Observation) { o.Identity[0].Bundle = nil },
		"identity's issuer not seen":  func(o *Observation) { o.Identity[0].Issuer = nil },
		"a stranger in identity":      func(o *Observation) { o.Identity[0].Bundle = []string{stranger} },
		"no identity replica":         func(o *Observation) { o.Identity = nil },
		"trust roots not seen":        func(o *Observation) { o.ControlPlane.TrustRoots = nil },
		"no injector":                 func(o *Observation) { o.ControlPlane.Injectors = nil },
		"a stranger in the injector":  func(o *Observation) { o.ControlPlane.Injectors[0].Bundle = []string{stranger} },
		"a stranger in the ConfigMap": func(o *Observation) { o.ControlPlane.TrustRoots = []string{stranger} },
		"gateways not covered":        func(o *Observation) { o.Covers = without(o.Covers, GroupGateways) },
		"older than the way back":     func(o *Observation) { o.At = instantText(now.Add(time.Minute)) },
	} {
		o := m.sight(at)
		spoil(o)
		_, err := m.startAgain(crossSign, seen(o), at)
		if !slices.Contains(codes(err), "rotation-unmet") {
			t.Errorf("%s: the retired anchor counts as gone: %s", name, explain(err))
		}
		s := must(StatusOf(m.state, seen(o), at))
		if s.Next[0].Allowed || s.Retired[0].Known && len(s.Retired[0].TrustedBy) == 0 {
			t.Errorf("%s: status: %+v", name, s.Retired)
		}
	}
}

// A replica that still signs with an issuer of before may load any other of before
// from its mount: the retired anchor's may be one of them.
func TestLaggingIdentityIsNotGone(t *testing.T) {
	m, _ := abandoned(t, crossSign)
	before := m.chain(state.RoleCurrent)
	key := must(pki.MintKey(pki.FormSEC1, random("again")))
	anchor := must(MaterialOf(m.state)).Bundle.Certificates()[0]
	issuer := must(pki.MintIssuer(key.Signer().Public(), "identity.linkerd.cluster.local", anchor, m.anchorKey(state.RoleCurrent), from(-day, year), random("issuer")))
	m.state = must(Reissued(m.state, pki.Chain{issuer}, "", now.Add(time.Hour)))
	if r := m.state.Status.RetiredIssuers; len(r) != 2 || chainFPs(r[1].Certificate)[0] != before[0] {
		t.Fatalf("retired issuers: %+v", r)
	}
	at := now.Add(2 * time.Hour)
	st := must(StatusOf(m.state, seen(m.sight(at)), at))
	if len(st.RetiredIssuers) != 2 || st.Certificates[len(st.Certificates)-1].Kind != "retired-issuer" {
		t.Errorf("status: %+v", st.RetiredIssuers)
	}
	for lags, want := range map[bool]bool{true: true, false: false} {
		o := m.sight(at)
		if lags {
			o.Identity[1].Issuer = before
		}
		_, err := m.startAgain(StartOptions{Kind: state.KindAnchor, Strategy: state.StrategyBundle}, seen(o), at)
		if got := slices.Contains(codes(err), "rotation-unmet"); got != want {
			t.Errorf("lags %v: refused %v: %s", lags, got, explain(err))
		}
	}
}

// TestExpiredIssuersAreForgotten: a CA that renews each day does not fill the state.
func TestExpiredIssuersAreForgotten(t *testing.T) {
	m := newMesh(t, "prod", now)
	anchor := must(MaterialOf(m.state)).Bundle.Certificates()[0]
	for n := range 10 {
		at, r := now.Add(time.Duration(n+1)*day), random(strings.Repeat("x", n+1))
		key := must(pki.MintKey(pki.FormSEC1, r))
		issuer := must(pki.MintIssuer(key.Signer().Public(), "identity.linkerd.cluster.local", anchor, m.anchorKey(state.RoleCurrent), pki.PeriodAt(at, time.Hour, 48*time.Hour), r))
		m.state = must(Reissued(m.state, pki.Chain{issuer}, "", at))
		if err := m.state.Validate(); err != nil {
			t.Fatal(explain(err))
		}
	}
	if n := len(m.state.Status.RetiredIssuers); n < 2 || n > 4 { // the first one lives for a year
		t.Errorf("%d retired issuers", n)
	}
}

// A person's word for another need does not make a retired anchor gone.
func TestOtherWordsDoNotMakeItGone(t *testing.T) {
	m, _ := abandoned(t, crossSign)
	at := now.Add(time.Hour)
	e := assume(BundleLoaded, LeavesRenewed, IssuerLoaded, IdentityLoaded)
	o := m.sight(at)
	o.Endpoints[1].Bundle, o.Endpoints[1].Chain = nil, nil
	e.Observations = []*Observation{o}
	if _, err := m.startAgain(crossSign, e, at); !slices.Contains(codes(err), "rotation-unmet") {
		t.Errorf("gone by another word: %s", explain(err))
	}
}

func without(list []string, s string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(x string) bool { return x == s })
}
