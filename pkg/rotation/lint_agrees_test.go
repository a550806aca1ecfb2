package rotation

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// spoil alters a certificate before it is signed.
type spoil func(*x509.Certificate)

// madeBy signs a certificate of an authority; without a parent it is its own.
func madeBy(t *testing.T, name string, parent *x509.Certificate, parentKey, key *ecdsa.PrivateKey, changes ...spoil) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: now.AddDate(0, 0, -1), NotAfter: now.AddDate(1, 0, 0),
		BasicConstraintsValid: true, IsCA: true, MaxPathLen: -1, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	for _, change := range changes {
		change(template)
	}
	if parent == nil {
		parent, parentKey = template, key
	}
	return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey))))
}

func pemOf(certs ...*x509.Certificate) []byte {
	var text []byte
	for _, c := range certs {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return text
}

func permits(names ...string) spoil {
	return func(c *x509.Certificate) { c.PermittedDNSDomainsCritical, c.PermittedDNSDomains = true, names }
}

func excludes(names ...string) spoil {
	return func(c *x509.Certificate) { c.ExcludedDNSDomains = names }
}

func usage(u ...x509.ExtKeyUsage) spoil { return func(c *x509.Certificate) { c.ExtKeyUsage = u } }

func keys(u x509.KeyUsage) spoil { return func(c *x509.Certificate) { c.KeyUsage = u } }

func depth(n int) spoil {
	return func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = n, n == 0 }
}

func between(from, to time.Time) spoil {
	return func(c *x509.Certificate) { c.NotBefore, c.NotAfter = from, to }
}

func withExtension(critical bool, value []byte, id ...int) spoil {
	return func(c *x509.Certificate) {
		c.ExtraExtensions = append(c.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier(id), Critical: critical, Value: value})
	}
}

func plainCertificate(c *x509.Certificate) { c.IsCA = false }

// directoryLimits permit one directory name: [0]{ SEQUENCE { [4]{ empty name } } }.
var directoryLimits = []byte{0x30, 0x08, 0xa0, 0x06, 0x30, 0x04, 0xa4, 0x02, 0x30, 0x00}

// TestLintAgreesWithVerifiers: lint calls a property of the anchor or the issuer an
// error if and only if proxies or identity refuse the mesh with it.
func TestLintAgreesWithVerifiers(t *testing.T) {
	const leaves = "serviceaccount.identity.linkerd.cluster.local"
	over, early := between(now.AddDate(-1, 0, 0), now.AddDate(0, 0, -1)), between(now.AddDate(0, 0, 1), now.AddDate(1, 0, 0))
	both := []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	unknown := withExtension(true, []byte{5, 0}, 1, 2, 3, 4)
	directory := func(critical bool) spoil { return withExtension(critical, directoryLimits, 2, 5, 29, 30) }
	anchor := func(changes ...spoil) [2][]spoil { return [2][]spoil{changes, nil} }
	issuer := func(changes ...spoil) [2][]spoil { return [2][]spoil{nil, changes} }
	tests := map[string]struct {
		made [2][]spoil
		// refused names the verifiers of prove that refuse: p(roxies), i(dentity).
		refused string
	}{
		"nothing":                               {anchor(), ""},
		"anchor permits the domain":             {anchor(permits("cluster.local")), ""},
		"anchor permits subdomains":             {anchor(permits(".cluster.local")), ""},
		"anchor permits any name":               {anchor(permits("")), ""},
		"anchor permits another domain":         {anchor(permits("example.org")), "p"},
		"anchor permits other control planes":   {anchor(permits("serviceaccount.identity.other.cluster.local")), "p"},
		"anchor permits one namespace":          {anchor(permits("shop." + leaves)), "p"},
		"anchor permits the usual namespaces":   {anchor(permits("linkerd."+leaves, "default."+leaves)), ""},
		"anchor excludes the domain":            {anchor(excludes("cluster.local")), "p"},
		"anchor excludes the control plane":     {anchor(excludes("linkerd." + leaves)), "p"},
		"anchor excludes some namespace":        {anchor(excludes("shop." + leaves)), ""},
		"anchor excludes another domain":        {anchor(excludes("example.org")), ""},
		"anchor limits directory names":         {anchor(directory(false)), "p"},
		"anchor limits directory names, strict": {anchor(directory(true)), "pi"},
		"anchor over":                           {anchor(over), "i"},
		"anchor early":                          {anchor(early), "i"},
		"anchor no authority":                   {anchor(plainCertificate), "i"},
		"anchor without certSign":               {anchor(keys(x509.KeyUsageCRLSign)), "i"},
		"anchor without key usage":              {anchor(keys(0)), ""},
		"anchor pathLen 0":                      {anchor(depth(0)), ""},
		"anchor unknown extension":              {anchor(unknown), "i"},
		"issuer permits the domain":             {issuer(permits("cluster.local")), ""},
		"issuer permits another domain":         {issuer(permits("example.org")), "p"},
		"issuer permits one service account":    {issuer(permits("default.default." + leaves)), "p"},
		"issuer permits the usual namespaces":   {issuer(permits("linkerd."+leaves, "default."+leaves)), ""},
		"issuer excludes the domain":            {issuer(excludes("local")), "p"},
		"issuer excludes some namespace":        {issuer(excludes("shop." + leaves)), ""},
		"issuer limits directory names":         {issuer(directory(false)), "p"},
		"issuer limits directory names, strict": {issuer(directory(true)), "pi"},
		"issuer over":                           {issuer(over), "pi"},
		"issuer early":                          {issuer(early), "pi"},
		"issuer no authority":                   {issuer(plainCertificate), "pi"},
		"issuer without certSign":               {issuer(keys(x509.KeyUsageCRLSign)), ""},
		"issuer without key usage":              {issuer(keys(0)), ""},
		"issuer pathLen 0":                      {issuer(depth(0)), ""},
		"issuer unknown extension":              {issuer(unknown), "pi"},
		"issuer for servers":                    {issuer(usage(x509.ExtKeyUsageServerAuth)), "p"},
		"issuer for clients":                    {issuer(usage(x509.ExtKeyUsageClientAuth)), "pi"},
		"issuer for both":                       {issuer(usage(both...)), ""},
		"issuer for any":                        {issuer(usage(x509.ExtKeyUsageAny)), "p"},
		"issuer for any and both":               {issuer(usage(append(both, x509.ExtKeyUsageAny)...)), ""},
	}
	id := pki.Identity{Namespace: "linkerd", TrustDomain: "cluster.local"}
	rootKey, key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			root := madeBy(t, "root", nil, nil, rootKey, tt.made[0]...)
			bundle := must(pki.ReadBundle(pemOf(root)))
			chain := must(pki.ReadChain(pemOf(madeBy(t, id.IssuerName(), root, rootKey, key, tt.made[1]...))))
			agree(t, id, bundle, chain, tt.refused)
		})
	}
}

// agree compares the verdicts of the verifiers with those wanted and with lint.
func agree(t *testing.T, id pki.Identity, bundle pki.Bundle, chain pki.Chain, want string) {
	t.Helper()
	v := NewVerifier(now)
	v.Issues(id, chain)
	refused := ""
	for letter, by := range map[string]string{"p": ByProxy, "i": ByIdentity} {
		if err := v.Verify(bundle, chain, by); err != nil {
			refused += letter
			t.Log(err)
		}
	}
	if len(refused) != len(want) || strings.Trim(refused, want) != "" {
		t.Errorf("refused by %q, want %q", refused, want)
	}
	findings := append(pki.LintBundle(bundle, id, now), pki.LintIssuer(bundle, chain, id, now)...)
	isError := func(f pki.Finding) bool { return f.Severity == pki.Error }
	if got := slices.ContainsFunc(findings, isError); got != (want != "") {
		t.Errorf("refused by %q, but lint says %v", want, findings)
	}
	verdict := Judge(Material{bundle, chain}, Material{bundle, chain}, Live{}, v)
	if verdict.Safe != (want == "") {
		t.Errorf("the gate says %v, want refused by %q", verdict, want)
	}
}

// TestConstrainedAnchorBesideAnother: the limits of an anchor, and what Go refuses of it,
// count only for chains that need it.
func TestConstrainedAnchorBesideAnother(t *testing.T) {
	id := pki.Identity{Namespace: "linkerd", TrustDomain: "cluster.local"}
	key := func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) }
	freeKey, boundKey, issuerKey := key(), key(), key()
	free := madeBy(t, "free", nil, nil, freeKey)
	bound := madeBy(t, "bound", nil, nil, boundKey, permits("example.org"))
	cross := madeBy(t, "bound", free, freeKey, boundKey)
	shut := madeBy(t, "bound", free, freeKey, boundKey, permits("example.org"))
	closed := madeBy(t, "free", nil, nil, freeKey, depth(0))
	of := func(name string, parent *x509.Certificate, key *ecdsa.PrivateKey) *x509.Certificate {
		return madeBy(t, name, parent, key, issuerKey, depth(0))
	}
	late := madeBy(t, "bound", free, freeKey, boundKey, between(now.AddDate(0, 0, 1), now.AddDate(1, 0, 0)))
	open := madeBy(t, "bound", nil, nil, boundKey)
	over, notYet := between(now.AddDate(-1, 0, 0), now.AddDate(0, 0, -1)), between(now.AddDate(0, 0, 1), now.AddDate(1, 0, 0))
	past, ended, early := madeBy(t, "bound", nil, nil, boundKey, over), madeBy(t, "free", nil, nil, freeKey, over), madeBy(t, "bound", nil, nil, boundKey, notYet)
	leafless, mute := madeBy(t, "bound", nil, nil, boundKey, plainCertificate), madeBy(t, "bound", nil, nil, boundKey, keys(x509.KeyUsageCRLSign))
	odd := madeBy(t, "bound", nil, nil, boundKey, withExtension(true, []byte{5, 0}, 1, 2, 3, 4))
	for name, tt := range map[string]struct {
		anchors, chain []*x509.Certificate
		refused        string
	}{
		"no authority, not needed":                    {[]*x509.Certificate{free, leafless}, []*x509.Certificate{of("i", free, freeKey)}, ""},
		"no authority, needed":                        {[]*x509.Certificate{free, leafless}, []*x509.Certificate{of("i", leafless, boundKey)}, "i"},
		"no certSign, not needed":                     {[]*x509.Certificate{free, mute}, []*x509.Certificate{of("i", free, freeKey)}, ""},
		"no certSign, needed":                         {[]*x509.Certificate{free, mute}, []*x509.Certificate{of("i", mute, boundKey)}, "i"},
		"unknown, not needed":                         {[]*x509.Certificate{free, odd}, []*x509.Certificate{of("i", free, freeKey)}, ""},
		"unknown, needed":                             {[]*x509.Certificate{free, odd}, []*x509.Certificate{of("i", odd, boundKey)}, "i"},
		"over, not needed":                            {[]*x509.Certificate{free, past}, []*x509.Certificate{of("i", free, freeKey)}, ""},
		"over, needed":                                {[]*x509.Certificate{free, past}, []*x509.Certificate{of("i", past, boundKey)}, "i"},
		"over, and its twin is not":                   {[]*x509.Certificate{past, open}, []*x509.Certificate{of("i", past, boundKey)}, ""},
		"over, cross-signed around it":                {[]*x509.Certificate{free, past}, []*x509.Certificate{of("i", past, boundKey), cross}, ""},
		"early, not needed":                           {[]*x509.Certificate{early, free}, []*x509.Certificate{of("i", free, freeKey)}, ""},
		"early, needed":                               {[]*x509.Certificate{early, free}, []*x509.Certificate{of("i", early, boundKey)}, "i"},
		"two that are over":                           {[]*x509.Certificate{past, ended}, []*x509.Certificate{of("i", past, boundKey)}, "i"},
		"over and no authority":                       {[]*x509.Certificate{ended, leafless}, []*x509.Certificate{of("i", ended, freeKey)}, "i"},
		"needed":                                      {[]*x509.Certificate{free, bound}, []*x509.Certificate{of("i", bound, boundKey)}, "p"},
		"not needed":                                  {[]*x509.Certificate{free, bound}, []*x509.Certificate{of("i", free, freeKey)}, ""},
		"cross-signed around it":                      {[]*x509.Certificate{free, bound}, []*x509.Certificate{of("i", bound, boundKey), cross}, ""},
		"cross certificate constrained":               {[]*x509.Certificate{free}, []*x509.Certificate{of("i", bound, boundKey), shut}, "p"},
		"constrained cross certificate that is spare": {[]*x509.Certificate{free, open}, []*x509.Certificate{of("i", open, boundKey), shut}, ""},
		"no room for the cross certificate":           {[]*x509.Certificate{closed}, []*x509.Certificate{of("i", open, boundKey), cross}, "i"},
		"no room for one that is spare":               {[]*x509.Certificate{closed, open}, []*x509.Certificate{of("i", open, boundKey), cross}, ""},
		"cross certificate that is early":             {[]*x509.Certificate{free}, []*x509.Certificate{of("i", open, boundKey), late}, "pi"},
		"early one that is spare":                     {[]*x509.Certificate{free, open}, []*x509.Certificate{of("i", open, boundKey), late}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			agree(t, id, must(pki.ReadBundle(pemOf(tt.anchors...))), must(pki.ReadChain(pemOf(tt.chain...))), tt.refused)
		})
	}
}

// TestProveAsksForLeavesOfTheState: the names of leaves are those of the trust domain
// and the namespace of the state; the refusal is not one of dates.
func TestProveAsksForLeavesOfTheState(t *testing.T) {
	for name, tt := range map[string]struct {
		permitted, domain, namespace string
		safe                         bool
	}{
		"the default mesh":        {"cluster.local", "", "", true},
		"its identity":            {"identity.linkerd.cluster.local", "", "", true},
		"another trust domain":    {"cluster.local", "example.org", "", false},
		"of another trust domain": {"example.org", "example.org", "", true},
		"another namespace":       {"identity.linkerd.cluster.local", "", "mesh", false},
		"of another namespace":    {"identity.mesh.cluster.local", "", "mesh", true},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMesh(t, "prod", now)
			key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
			root := madeBy(t, "root", nil, nil, key, permits(tt.permitted))
			m.state.Spec.Linkerd.TrustDomain, m.state.Spec.Linkerd.Namespace = tt.domain, tt.namespace
			m.state.Status.Anchors[0].Certificate = string(pemOf(root))
			m.state.Status.Issuers[0].Certificate = string(pemOf(madeBy(t, "issuer", root, key, key, depth(0))))
			proof := must(Prove(m.state, ProveOptions{}, Evidence{}, now))
			cell := proof.Steps[0].Matrix[0]
			if proof.Steps[0].Verdict.Safe != tt.safe || cell.OK(ByProxy) != tt.safe || cell.OK(ByGoLeaf) != tt.safe || !cell.OK(ByIdentity) {
				t.Errorf("verdict %+v, matrix %+v", proof.Steps[0].Verdict, cell)
			}
			for _, r := range proof.Steps[0].Verdict.Reasons {
				if r.Dated || !strings.Contains(r.Cause, `all leaves outside "`+tt.permitted+`"`) {
					t.Errorf("dated: %v, cause: %s", r.Dated, r.Cause)
				}
			}
		})
	}
}
