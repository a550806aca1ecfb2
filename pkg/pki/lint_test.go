package pki

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// found lists "severity code" of findings, sorted, without the code's prefix.
func found(findings []Finding) string {
	var list []string
	for _, f := range findings {
		list = append(list, string(f.Severity)+" "+strings.TrimPrefix(string(f.Code), "pki-lint-"))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// lintCase is what lint must find, and nothing else.
type lintCase struct {
	name     string
	findings func() []Finding
	want     string
}

func bundleCases() []lintCase {
	a, b := testAnchor("a"), testAnchor("b")
	lint := func(cas ...testCA) func() []Finding {
		return func() []Finding { return LintBundle(under(cas...), testMesh, testNow) }
	}
	dated := func(begin, end time.Time) testCA { return testAnchor("a", valid(begin, end)) }
	aki := pkix.Extension{Id: oidAuthorityKeyID, Value: []byte{0x30, 0x03, 0x82, 0x01, 0x07}}
	badAKI := pkix.Extension{Id: oidAuthorityKeyID, Value: []byte{0x30, 0x03, 0x80, 0x01, 0x07}}
	return []lintCase{
		{"no anchor", lint(), ""},
		{"one good anchor", lint(a), ""},
		{"two generations", lint(a, b), ""},
		{"three anchors", lint(a, b, testAnchor("c")), ""},
		{"four anchors", lint(a, b, testAnchor("c"), testAnchor("d")), "warning too-many-anchors"},
		{"one name, two keys", lint(a, testAnchorKeyed("a", "x")), "info same-subject"},
		{"one name, three keys", lint(a, testAnchorKeyed("a", "x"), testAnchorKeyed("a", "y")), "info same-subject, info same-subject"},
		{"one SKI, two keys", lint(a, testAnchor("b", ski(a.SubjectKeyId...))), "warning same-ski"},
		{"renewed", lint(a, dated(testNow.AddDate(0, 0, -1), testEnd.AddDate(1, 0, 0))), "info renewed-twin"},
		{"expired", lint(dated(testBegin, testNow.Add(-time.Second))), "error anchor-expired"},
		{"ends this second", lint(dated(testBegin, testNow)), "warning anchor-expiring"},
		{"59 days left", lint(dated(testBegin, testNow.AddDate(0, 0, 59))), "warning anchor-expiring"},
		{"60 days left", lint(dated(testBegin, testNow.AddDate(0, 0, 60))), ""},
		{"not yet valid", lint(dated(testNow.Add(time.Second), testEnd)), "error anchor-not-yet-valid"},
		{"no authority", lint(testAnchor("a", notCA)), "error anchor-not-ca"},
		{"no certSign", lint(testAnchor("a", keyUsage(x509.KeyUsageCRLSign))), "error anchor-no-cert-sign"},
		{"no key usage at all", lint(testAnchor("a", keyUsage(0))), ""},
		{"intermediate", lint(a.issues("i", pathLenOf(1))), "warning anchor-not-self-signed"},
		{"critical extension", lint(testAnchor("a", critical)), "error anchor-critical-extension"},
		{"pathLen 0", lint(testAnchor("a", pathLenOf(0))), "warning anchor-path-length"},
		{"pathLen 1", lint(testAnchor("a", pathLenOf(1))), ""},
		{"permits the mesh", lint(testAnchor("a", permit("cluster.local"))), ""},
		{"permits another mesh", lint(testAnchor("a", permit("example.org"))), "error name-constraints"},
		{"excludes workloads only", lint(testAnchor("a", exclude("default.serviceaccount.identity.linkerd.cluster.local"))), "error name-constraints"},
		{"permits directory names only", lint(testAnchor("a", directoryOnly)), "error anchor-critical-extension, error name-constraints"},
		{"AKI with serial", lint(testAnchor("a", extra(aki))), "warning aki-issuer-serial"},
		{"AKI of another key", lint(testAnchor("a", extra(badAKI))), "warning aki-mismatch"},
	}
}

func issuerCases() []lintCase {
	a, b := testAnchor("a"), testAnchor("b")
	good := a.issues(testIssuerName)
	lintUnder := func(bundle Bundle, c ...Certificate) func() []Finding {
		return func() []Finding { return LintIssuer(bundle, c, testMesh, testNow) }
	}
	lint := func(changes ...change) func() []Finding {
		return lintUnder(under(a), a.issues(testIssuerName, changes...).Certificate)
	}
	iB := b.issues(testIssuerName)
	cross := func(limit int, changes ...change) func() []Finding {
		outgoing := testAnchor("a", pathLenOf(limit))
		return lintUnder(under(outgoing), iB.Certificate, outgoing.crossSigns(b, changes...))
	}
	aki := pkix.Extension{Id: oidAuthorityKeyID, Value: []byte{0x30, 0x03, 0x82, 0x01, 0x07}}
	liar := testCA{withSKI(a.Certificate, 1, 2, 3), a.key}
	return []lintCase{
		{"no issuer", lintUnder(under(a)), ""},
		{"good", lintUnder(under(a), good.Certificate), ""},
		{"good under both", lintUnder(under(a, b), good.Certificate), ""},
		{"no authority", lint(notCA), "error issuer-not-ca"},
		{"other anchor", lintUnder(under(b), good.Certificate), "error issuer-unverified"},
		{"clients only", lint(usages(x509.ExtKeyUsageClientAuth)), "error issuer-extended-key-usage, error issuer-unverified"},
		{"servers only", lint(usages(x509.ExtKeyUsageServerAuth)), "error issuer-extended-key-usage, error issuer-unverified"},
		{"both usages", lint(usages(peerUsages...)), ""},
		{"both and another", lint(usages(append(peerUsages[:len(peerUsages):len(peerUsages)], x509.ExtKeyUsageCodeSigning)...)), ""},
		{"no certSign", lint(keyUsage(x509.KeyUsageCRLSign)), "warning issuer-no-cert-sign"},
		{"no pathLen", lint(pathLenOf(-1)), "info issuer-path-length"},
		{"pathLen 2", lint(pathLenOf(2)), "info issuer-path-length"},
		{"another name", lint(func(t *x509.Certificate) { t.Subject.CommonName = "identity.linkerd.other" }), "warning issuer-name"},
		{"expired", lint(valid(testBegin, testNow.Add(-time.Second))), "error issuer-expired"},
		{"not yet valid", lint(valid(testNow.Add(time.Second), testEnd)), "error issuer-not-yet-valid"},
		{"59 days left", lint(valid(testBegin, testNow.AddDate(0, 0, 59))), "warning issuer-expiring"},
		{"outlives its anchor", lint(valid(testBegin, testEnd.Add(time.Second))), "warning outlives-anchor"},
		{"excluded names", lint(exclude("cluster.local")), "error name-constraints"},
		{"AKI of another key", lintUnder(under(a), liar.issues(testIssuerName).Certificate), "warning aki-mismatch"},
		{"AKI with serial", lint(extra(aki)), "warning aki-issuer-serial"},
		{"P-384 issuer", p384Case(), "error issuer-algorithm"},
		{"cross, no pathLen", cross(-1), ""},
		{"cross, pathLen 2", cross(2), ""},
		{"cross, pathLen 1", cross(1), "warning go-leaf-path-length"},
		{"cross, pathLen 0", cross(0), "error cross-path-length, error issuer-unverified"},
		{"plain, pathLen 0", lintUnder(under(testAnchor("a", pathLenOf(0))), good.Certificate), "warning go-leaf-path-length"},
		{"cross ends first", cross(-1, valid(testBegin, testEnd.AddDate(-1, 0, 0))), "warning cross-expires-first"},
		{"cross expired", lintUnder(under(b), iB.Certificate, a.crossSigns(b, valid(testBegin, testBegin))), "warning cross-expires-first, warning issuer-expired"},
		{"cross expired that is needed", lintUnder(under(a), iB.Certificate, a.crossSigns(b, valid(testBegin, testBegin))), "error issuer-expired, warning cross-expires-first"},
		{"cross still served after A left", lintUnder(under(b), iB.Certificate, a.crossSigns(b)), ""},
		{"stray", lintUnder(under(a), good.Certificate, testAnchor("c").crossSigns(b)), "warning stray"},
	}
}

func p384Case() func() []Finding {
	a := testAnchor("a")
	key := testKey384()
	c := testSign(testTemplate(testIssuerName, []change{pathLenOf(0)}), a.Certificate.Certificate, &key.PublicKey, a.key)
	return func() []Finding { return LintIssuer(under(a), Chain{c}, testMesh, testNow) }
}

func webhookCases(t *testing.T) []lintCase {
	ca, other := testAnchor("webhook ca"), testAnchor("other ca")
	key := func(text []byte) Key {
		k, err := ParseKey(text)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	named := func(host string, changes ...change) Certificate {
		return ca.leaf(append([]change{func(t *x509.Certificate) { t.DNSNames = []string{host} }}, changes...)...)
	}
	const host, policyHost = "linkerd-proxy-injector.linkerd.svc", "linkerd-policy-validator.linkerd.svc"
	good := Webhook{Service: "linkerd-proxy-injector", Namespace: "linkerd", Serving: Chain{named(host)}, CABundle: Chain{ca.Certificate}}
	policy := Webhook{Service: "linkerd-policy-validator", Namespace: "linkerd", Serving: Chain{named(policyHost)}, CABundle: Chain{ca.Certificate}}
	lint := func(w Webhook, changes ...func(*Webhook)) func() []Finding {
		for _, c := range changes {
			c(&w)
		}
		return func() []Finding { return LintWebhook(w, testNow) }
	}
	serving := func(c Certificate) func(*Webhook) { return func(w *Webhook) { w.Serving = Chain{c} } }
	trusting := func(c ...Certificate) func(*Webhook) { return func(w *Webhook) { w.CABundle = c } }
	with := func(text []byte) func(*Webhook) { return func(w *Webhook) { w.Key = key(text) } }
	old := testAnchor("webhook ca", valid(testBegin, testNow.Add(-time.Second))).Certificate
	self := testAnchor(host, notCA, valid(testBegin, testNow.AddDate(0, 0, 1)), func(t *x509.Certificate) { t.DNSNames = []string{host} }).Certificate
	pkcs1 := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(testRSA(t))})
	return []lintCase{
		{"good", lint(good), ""},
		{"someone else's Secret", lint(good, func(w *Webhook) { w.Serving = nil }), ""},
		{"key and certificate", lint(good, with(sec1(testKey("leaf")))), ""},
		{"policy validator, PKCS #8", lint(policy, with(pkcs8(testKey("leaf")))), ""},
		{"policy validator, PKCS #1, another key", lint(policy, with(pkcs1)), "error webhook-key"},
		{"policy validator, SEC 1", lint(policy, with(sec1(testKey("leaf")))), "error webhook-key-form"},
		{"another key", lint(good, with(sec1(testKey("x")))), "error webhook-key"},
		{"another host", lint(good, serving(named("linkerd-sp-validator.linkerd.svc"))), "error webhook-name"},
		{"another authority", lint(good, trusting(other.Certificate)), "error webhook-unverified"},
		{"nothing trusted", lint(good, trusting()), "error webhook-unverified"},
		{"clients only", lint(good, serving(named(host, usages(x509.ExtKeyUsageClientAuth)))), "error webhook-unverified"},
		{"expired", lint(good, serving(named(host, valid(testBegin, testBegin)))), "error webhook-expired"},
		{"not yet valid", lint(good, serving(named(host, valid(testEnd, testEnd)))), "error webhook-not-yet-valid"},
		{"59 days left", lint(good, serving(named(host, valid(testBegin, testNow.AddDate(0, 0, 59))))), "warning webhook-expiring"},
		{"expired authority", lint(good, trusting(old)), "error webhook-expired"},
		{"the charts' own, reported once", lint(good, serving(self), trusting(self)), "warning webhook-expiring"},
	}
}

func TestLint(t *testing.T) {
	groups := map[string][]lintCase{"bundle": bundleCases(), "issuer": issuerCases(), "webhook": webhookCases(t)}
	for group, cases := range groups {
		for _, tt := range cases {
			t.Run(group+"/"+tt.name, func(t *testing.T) {
				findings := tt.findings()
				if got := found(findings); got != tt.want {
					t.Errorf("got  %q\nwant %q\n%v", got, tt.want, findings)
				}
				for _, f := range findings {
					if f.Text == "" || f.Hint == "" || strings.Contains(f.Text, "%!") {
						t.Errorf("finding is not whole: %#v", f)
					}
				}
			})
		}
	}
}

func TestLintAnchorAlgorithms(t *testing.T) {
	key := testKey384()
	template := testTemplate("p384", nil)
	big := testSign(template, template, &key.PublicKey, key)
	small, _ := rsaAnchor(t)
	for name, tt := range map[string]struct {
		c    Certificate
		want string
	}{
		"P-384":    {big, `has an ECDSA P-384 key and is signed with ECDSA-SHA384`},
		"RSA 1024": {Certificate{small}, `has an RSA key of 1024 bits and is signed with SHA256-RSA`},
	} {
		findings := LintBundle(Bundle{[]Certificate{tt.c}}, testMesh, testNow)
		if found(findings) != "error anchor-algorithm" || !strings.Contains(findings[0].Text, strings.Split(tt.want, " and ")[0]) {
			t.Errorf("%s: %v", name, findings)
		}
	}
}

// Every rule of every table has a case that breaks it.
func TestEveryRuleIsTested(t *testing.T) {
	seen := map[problem.Code]bool{problem.LintAnchorAlgorithm.Code: true} // TestLintAnchorAlgorithms
	for _, cases := range [][]lintCase{bundleCases(), issuerCases(), webhookCases(t)} {
		for _, tt := range cases {
			for _, f := range tt.findings() {
				seen[f.Code] = true
			}
		}
	}
	for _, r := range slices.Concat(bundleRules, anchorRules, issuerRules, chainRules, servingRules, webhookRules) {
		if !seen[r.says.Code] {
			t.Errorf("no case breaks %s", r.says.Code)
		}
	}
}

// Without an instant dates are left out; without names the rules about names.
func TestLintLeavesOut(t *testing.T) {
	a := testAnchor("a", valid(testBegin, testBegin), permit("example.org"))
	if got := found(LintBundle(under(a), Identity{}, time.Time{})); got != "" {
		t.Errorf("bundle: %s", got)
	}
	i := a.issues("some name", valid(testBegin, testBegin))
	if got := found(LintIssuer(under(a), Chain{i.Certificate}, Identity{Namespace: "linkerd"}, time.Time{})); got != "" {
		t.Errorf("issuer: %s", got)
	}
}

func TestFindingString(t *testing.T) {
	a := testAnchor("a", pathLenOf(0))
	f := LintBundle(under(a), testMesh, testNow)[0]
	if want := `warning: "a" (` + a.Fingerprint()[:16] + `) has pathLen 0`; f.String() != want {
		t.Errorf("got %s, want %s", f, want)
	}
	f.Subject = ""
	if f.String() != "warning: has pathLen 0" {
		t.Errorf("got %s", f)
	}
}
