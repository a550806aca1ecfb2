package rotation

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// meshOf puts an anchor and an issuer of given properties in force.
func meshOf(t *testing.T, domain string, anchor, issuer []spoil, beside ...*x509.Certificate) (*mesh, *ecdsa.PrivateKey) {
	t.Helper()
	m := newMesh(t, "prod", now)
	rootKey, key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	root := madeBy(t, "root", nil, nil, rootKey, anchor...)
	m.state.Spec.Linkerd.TrustDomain = domain
	m.state.Status.Anchors[0].Certificate = string(pemOf(root))
	for _, b := range beside {
		m.state.Status.Anchors = append(m.state.Status.Anchors, state.Anchor{Name: b.Subject.CommonName, Role: state.RoleCurrent, Certificate: string(pemOf(b))})
	}
	m.state.Status.Issuers[0].Certificate = string(pemOf(madeBy(t, "issuer", root, rootKey, key, issuer...)))
	return m, key
}

// TestStatusSaysWhatNeverWorks: what prove, the gate and lint refuse whatever the date
// is an alarm of status, and every refused move leads to doctor.
func TestStatusSaysWhatNeverWorks(t *testing.T) {
	over := between(now.AddDate(-1, 0, 0), now.AddDate(0, 0, -1))
	for name, tt := range map[string]struct {
		anchor, issuer []spoil
		says           string
	}{
		"sound":                        {nil, nil, ""},
		"anchor permits another":       {[]spoil{permits("example.org")}, nil, "proxies refuse every leaf"},
		"anchor permits the mesh":      {[]spoil{permits("cluster.local")}, nil, ""},
		"anchor excludes a namespace":  {[]spoil{excludes("shop.serviceaccount.identity.linkerd.cluster.local")}, nil, ""},
		"issuer permits another":       {nil, []spoil{permits("example.org")}, "proxies refuse every leaf"},
		"issuer for clients":           {nil, []spoil{usage(x509.ExtKeyUsageClientAuth)}, "identity refuses the issuer"},
		"anchor that is no authority":  {[]spoil{plainCertificate}, nil, "identity refuses the issuer"},
		"anchor over: a date, no more": {[]spoil{over}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			m, _ := meshOf(t, "", tt.anchor, tt.issuer)
			st := must(StatusOf(m.state, Evidence{}, now))
			alarmed := slices.ContainsFunc(st.Alarms, func(a string) bool { return tt.says != "" && strings.HasPrefix(a, tt.says) })
			if (st.Refused != "") != (tt.says != "") || alarmed != (tt.says != "") {
				t.Errorf("refused %q, alarms %q", st.Refused, st.Alarms)
			}
			_, err := Start(m.state, StartOptions{Kind: state.KindAnchor, Strategy: state.StrategyBundle}, Evidence{}, now, random("next"))
			for _, p := range problem.Of(err) {
				if text := strings.Join(p.Hints, " "); tt.says != "" && !strings.Contains(text, "l5d-pki-render doctor") {
					t.Errorf("%v leads to %q", p, text)
				}
			}
		})
	}
}

// TestSpareAnchorIsNoAlarm: identity goes by another anchor than the one that ended.
func TestSpareAnchorIsNoAlarm(t *testing.T) {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	m, _ := meshOf(t, "", nil, nil, madeBy(t, "ended", nil, nil, key, between(now.AddDate(-1, 0, 0), now.AddDate(0, 0, -1))))
	st := must(StatusOf(m.state, Evidence{}, now))
	if len(st.Alarms) > 0 || !slices.ContainsFunc(st.Notes, func(n string) bool { return strings.Contains(n, "does not need it") }) {
		t.Errorf("alarms %q, notes %q", st.Alarms, st.Notes)
	}
}

// TestStartRefusesUnfitAnchors: at once, and not in the phase that uses them.
func TestStartRefusesUnfitAnchors(t *testing.T) {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	issuerKey := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	for name, tt := range map[string]struct {
		domain         string
		anchor, issuer []spoil
		want           string
	}{
		"sound":                         {"", nil, nil, ""},
		"permits another domain":        {"", []spoil{permits("example.org")}, nil, "rotation-unfit-anchor"},
		"permits the mesh's own domain": {"example.org", []spoil{permits("example.org")}, nil, ""},
		"permits the default domain":    {"example.org", []spoil{permits("cluster.local")}, nil, "rotation-unfit-anchor"},
		"no authority":                  {"", []spoil{plainCertificate}, nil, "rotation-unfit-anchor"},
		"no certSign":                   {"", []spoil{keys(x509.KeyUsageCRLSign)}, nil, "rotation-unfit-anchor"},
		"unknown extension":             {"", []spoil{withExtension(true, []byte{5, 0}, 1, 2, 3, 4)}, nil, "rotation-unfit-anchor"},
		"issuer permits another domain": {"", nil, []spoil{permits("example.org")}, "pki-name-constraints"},
		"issuer for clients":            {"", nil, []spoil{usage(x509.ExtKeyUsageClientAuth)}, "pki-extended-key-usage"},
	} {
		for _, kind := range []string{state.KindAnchor, state.KindReplace} {
			t.Run(name+", "+kind, func(t *testing.T) {
				m := newMesh(t, "prod", now)
				m.state.Spec.Linkerd.TrustDomain = tt.domain
				root := madeBy(t, "next", nil, nil, key, tt.anchor...)
				o := StartOptions{Kind: kind, Options: Options{AcceptDowntime: true}, IssuerKeyPath: "keys/brought.key"}
				o.Anchor = must(pki.ReadChain(pemOf(root)))[0]
				o.Issuer = must(pki.ReadChain(pemOf(madeBy(t, "issuer", root, key, issuerKey, tt.issuer...))))
				_, err := Start(m.state, o, Evidence{}, now, random("next"))
				if got := codes(err); tt.want == "" && err != nil || tt.want != "" && !slices.Equal(got, []string{tt.want}) {
					t.Errorf("want %q, got %q: %s", tt.want, got, explain(err))
				}
			})
		}
	}
}

// TestHandshakesUseTheMeshsNames: a handshake and path building say the same where name
// constraints permit one trust domain.
func TestHandshakesUseTheMeshsNames(t *testing.T) {
	for _, domain := range []string{"cluster.local", "example.org"} {
		m, key := meshOf(t, domain, nil, []spoil{permits(domain)})
		text, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		chain := must(pki.ReadChain([]byte(m.state.Status.Issuers[0].Certificate)))
		keys := map[string]pki.Key{chain[0].Fingerprint(): must(pki.ParseKey(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: text})))}
		proof := must(Prove(m.state, ProveOptions{IssuerKeys: keys, Random: random("proof"), Handshake: shakes}, Evidence{}, now))
		if cell := proof.Steps[0].Matrix[0]; !cell.OK(ByProxy) || !cell.OK(ByHandshake) {
			t.Errorf("%s: %+v", domain, cell.Results)
		}
	}
}
