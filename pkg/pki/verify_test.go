package pki

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// verdicts of one case: "" is accepted, else the code of the refusal.
type verdicts struct {
	bundle     Bundle
	chain      Chain
	goSays     string
	webpkiSays string
}

func checkVerdicts(t *testing.T, tests map[string]verdicts, verify func(Bundle, Chain, Rules, time.Time) error) {
	t.Helper()
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Run("go", func(t *testing.T) { wantCode(t, verify(tt.bundle, tt.chain, GoRules, testNow), tt.goSays) })
			t.Run("webpki", func(t *testing.T) { wantCode(t, verify(tt.bundle, tt.chain, WebpkiRules, testNow), tt.webpkiSays) })
		})
	}
}

// The cross-signed path: X is B certified by A, served behind B's issuer.
func TestCrossSignedIssuer(t *testing.T) {
	tests := map[string]verdicts{}
	for _, limit := range []int{-1, 0, 1, 2} {
		a, b := testAnchor("a", pathLenOf(limit)), testAnchor("b")
		iB := b.issues(testIssuerName)
		x := a.crossSigns(b)
		refused := ""
		if limit == 0 {
			refused = "pki-path-length"
		}
		at := fmt.Sprintf("A with pathLen %d: ", limit)
		tests[at+"[iB] under {A}"] = verdicts{under(a), Chain{iB.Certificate}, "pki-unknown-issuer", "pki-unknown-issuer"}
		tests[at+"[iB,X] under {A}"] = verdicts{under(a), Chain{iB.Certificate, x}, refused, ""}
		tests[at+"[iB,X] under {A,B}"] = verdicts{under(a, b), Chain{iB.Certificate, x}, "", ""}
		tests[at+"[iB,X] under {B}"] = verdicts{under(b), Chain{iB.Certificate, x}, "", ""}
		tests[at+"[iB] under {B}"] = verdicts{under(b), Chain{iB.Certificate}, "", ""}
	}
	// Issuer-level duals: one issuer key, certified by both anchors.
	a, b := testAnchor("a"), testAnchor("b")
	iA := a.issues(testIssuerName)
	iB := testSign(testTemplate(testIssuerName, []change{pathLenOf(0)}), b.Certificate.Certificate, &iA.key.PublicKey, b.key)
	tests["[iA,iB] under {A}"] = verdicts{under(a), Chain{iA.Certificate, iB}, "", ""}
	tests["[iA,iB] under {B}"] = verdicts{under(b), Chain{iA.Certificate, iB}, "pki-unknown-issuer", "pki-unknown-issuer"}
	tests["[iB,iA] under {A}"] = verdicts{under(a), Chain{iB, iA.Certificate}, "pki-unknown-issuer", "pki-unknown-issuer"}
	checkVerdicts(t, tests, VerifyIssuer)
}

func TestCrossSignedLeaf(t *testing.T) {
	tests := map[string]verdicts{}
	for _, limit := range []int{-1, 0, 1, 2} {
		a, b := testAnchor("a", pathLenOf(limit)), testAnchor("b")
		iB := b.issues(testIssuerName)
		served := Chain{iB.leaf(), iB.Certificate, a.crossSigns(b)}
		refused := ""
		if limit == 0 || limit == 1 {
			refused = "pki-path-length" // Go counts iB and X
		}
		at := fmt.Sprintf("A with pathLen %d: ", limit)
		tests[at+"{A}"] = verdicts{under(a), served, refused, ""}
		tests[at+"{A,B}"] = verdicts{under(a, b), served, "", ""}
		tests[at+"{B}"] = verdicts{under(b), served, "", ""}
		tests[at+"{A} without X"] = verdicts{under(a), served[:2], "pki-unknown-issuer", "pki-unknown-issuer"}
	}
	checkVerdicts(t, tests, VerifyLeaf)
}

// Anchors and issuers with hazards: the rows of chain building in which Go and
// webpki differ, or seem to.
func TestVerifyIssuer(t *testing.T) {
	a := testAnchor("a")
	twin := testAnchorKeyed("a", "another generation")
	issuer := a.issues(testIssuerName)
	old := valid(testBegin, testNow.AddDate(0, 0, -1))
	future := valid(testNow.AddDate(0, 0, 1), testEnd)
	expiredAnchor, futureAnchor := testAnchor("a", old), testAnchor("a", future)
	plain, noSign := testAnchor("a", notCA), testAnchor("a", keyUsage(x509.KeyUsageCRLSign))
	sameID := testAnchorKeyed("a", "third", ski(issuer.AuthorityKeyId...))
	liar := testCA{withSKI(a.Certificate, 1, 2, 3), a.key}
	middle := a.issues("middle", pathLenOf(3))
	only := func(ca testCA) Chain { return Chain{ca.Certificate} }
	tests := map[string]verdicts{
		"plain":                                  {under(a), only(issuer), "", ""},
		"other anchor":                           {under(testAnchor("b")), only(issuer), "pki-unknown-issuer", "pki-unknown-issuer"},
		"same subject, right one first":          {under(a, twin), only(issuer), "", ""},
		"same subject, right one last":           {under(twin, a), only(issuer), "", ""},
		"same subject, wrong one only":           {under(twin), only(issuer), "pki-wrong-signer", "pki-wrong-signer"},
		"same subject and same SKI":              {under(sameID, a), only(issuer), "", ""},
		"same subject and same SKI, wrong":       {under(sameID), only(issuer), "pki-wrong-signer", "pki-wrong-signer"},
		"AKI that is not the signer's SKI":       {under(a), only(liar.issues(testIssuerName)), "", ""},
		"101 anchors of one name, right last":    {under(append(namesakes(100), a)...), only(issuer), "", "pki-search-budget"},
		"100 anchors of one name, right last":    {under(append(namesakes(99), a)...), only(issuer), "", ""},
		"anchor expired":                         {under(expiredAnchor), only(issuer), "pki-expired", ""},
		"anchor not yet valid":                   {under(futureAnchor), only(issuer), "pki-not-yet-valid", ""},
		"expired anchor beside its renewal":      {under(expiredAnchor, a), only(issuer), "", ""},
		"anchor that is no authority":            {under(plain), only(issuer), "pki-not-ca", ""},
		"anchor without certSign":                {under(noSign), only(issuer), "pki-not-ca", ""},
		"anchor with pathLen 0":                  {under(testAnchor("a", pathLenOf(0))), only(issuer), "", ""},
		"anchor with unknown critical extension": {under(testAnchor("a", critical)), only(issuer), "pki-critical-extension", ""},
		"issuer expired":                         {under(a), only(a.issues(testIssuerName, old)), "pki-expired", "pki-expired"},
		"issuer not yet valid":                   {under(a), only(a.issues(testIssuerName, future)), "pki-not-yet-valid", "pki-not-yet-valid"},
		"issuer that is no authority":            {under(a), only(a.issues(testIssuerName, notCA)), "pki-issuer-not-ca", "pki-issuer-not-ca"},
		"issuer without certSign":                {under(a), only(a.issues(testIssuerName, keyUsage(x509.KeyUsageCRLSign))), "", ""},
		"issuer for servers only":                {under(a), only(a.issues(testIssuerName, usages(x509.ExtKeyUsageServerAuth))), "", "pki-extended-key-usage"},
		"issuer for clients only":                {under(a), only(a.issues(testIssuerName, usages(x509.ExtKeyUsageClientAuth))), "pki-extended-key-usage", "pki-extended-key-usage"},
		"issuer for both":                        {under(a), only(a.issues(testIssuerName, usages(peerUsages...))), "", ""},
		"issuer for any":                         {under(a), only(a.issues(testIssuerName, usages(x509.ExtKeyUsageAny))), "", "pki-extended-key-usage"},
		"issuer with unknown critical extension": {under(a), only(a.issues(testIssuerName, critical)), "pki-critical-extension", "pki-critical-extension"},
		"intermediate in the bundle":             {under(issuer), only(issuer), "", "pki-unknown-issuer"},
		"anchor as issuer":                       {under(a), only(a), "", ""},
		"intermediate between":                   {under(a), Chain{middle.issues(testIssuerName).Certificate, middle.Certificate}, "", ""},
		"intermediate missing":                   {under(a), only(middle.issues(testIssuerName)), "pki-unknown-issuer", "pki-unknown-issuer"},
		"intermediate that is no authority":      {under(a), belowMiddle(a, notCA), "pki-not-ca", "pki-not-ca"},
		"intermediate without certSign":          {under(a), belowMiddle(a, keyUsage(x509.KeyUsageCRLSign)), "pki-not-ca", ""},
		"intermediate expired":                   {under(a), belowMiddle(a, old), "pki-expired", "pki-expired"},
		"issuer named below directory limits":    {under(testAnchor("a", directoryOnly)), only(issuer), "pki-critical-extension", "pki-name-constraints"},
		"signed with RSA 1024":                   {rsaBundle(t), rsaIssuer(t), "", "pki-signature-algorithm"},
	}
	checkVerdicts(t, tests, VerifyIssuer)
}

func TestVerifyLeaf(t *testing.T) {
	a := testAnchor("a")
	issuer := a.issues(testIssuerName)
	serve := func(leaf Certificate, cas ...testCA) Chain {
		c := Chain{leaf}
		for _, ca := range cas {
			c = append(c, ca.Certificate)
		}
		return c
	}
	permitted := testAnchor("a", permit("cluster.local"))
	elsewhere := testAnchor("a", permit("example.org"))
	inside := a.issues(testIssuerName, permit("serviceaccount.identity.linkerd.cluster.local"))
	outside := a.issues(testIssuerName, exclude("default.serviceaccount.identity.linkerd.cluster.local"))
	b := testAnchor("b")
	iB := b.issues(testIssuerName)
	narrowX := testAnchor("c", permit("example.org")).crossSigns(b)
	six, seven := tower(a, 6), tower(a, 7)
	past := valid(testBegin, testNow.Add(-time.Second))
	tests := map[string]verdicts{
		"plain":                              {under(a), serve(issuer.leaf(), issuer), "", ""},
		"issuer not served":                  {under(a), serve(issuer.leaf()), "pki-unknown-issuer", "pki-unknown-issuer"},
		"issuer as anchor":                   {under(issuer), serve(issuer.leaf()), "", ""},
		"leaf straight under the anchor":     {under(a), serve(a.leaf()), "", ""},
		"leaf expired":                       {under(a), serve(issuer.leaf(past), issuer), "pki-expired", "pki-expired"},
		"anchor expired":                     {under(testAnchor("a", past)), serve(issuer.leaf(), issuer), "pki-expired", ""},
		"issuer expired, leaf not":           {under(a), serve(a.issues(testIssuerName, past).leaf(), a.issues(testIssuerName, past)), "pki-expired", "pki-expired"},
		"server only":                        {under(a), serve(issuer.leaf(usages(x509.ExtKeyUsageServerAuth)), issuer), "pki-extended-key-usage", "pki-extended-key-usage"},
		"client only":                        {under(a), serve(issuer.leaf(usages(x509.ExtKeyUsageClientAuth)), issuer), "pki-extended-key-usage", "pki-extended-key-usage"},
		"no extended key usage":              {under(a), serve(issuer.leaf(usages()), issuer), "", ""},
		"an authority as leaf":               {under(a), serve(issuer.Certificate), "", "pki-ca-as-leaf"},
		"anchor pathLen 0":                   {under(testAnchor("a", pathLenOf(0))), serve(issuer.leaf(), issuer), "pki-path-length", ""},
		"issuer pathLen 0 above another":     {under(a), serve(issuer.issues("below").leaf(), issuer.issues("below"), issuer), "pki-path-length", "pki-path-length"},
		"names permitted by the anchor":      {under(permitted), serve(issuer.leaf(), issuer), "", ""},
		"names not permitted by the anchor":  {under(elsewhere), serve(issuer.leaf(), issuer), "pki-name-constraints", "pki-name-constraints"},
		"names permitted by the issuer":      {under(a), serve(inside.leaf(), inside), "", ""},
		"names excluded by the issuer":       {under(a), serve(outside.leaf(), outside), "pki-name-constraints", "pki-name-constraints"},
		"cross certificate under limits":     {under(testAnchor("c", permit("example.org"))), append(serve(iB.leaf(), iB), narrowX), "pki-name-constraints", "pki-name-constraints"},
		"cross under limits, B held":         {under(b, testAnchor("c", permit("example.org"))), append(serve(iB.leaf(), iB), narrowX), "", ""},
		"name of an unknown kind, no limits": {under(a), serve(issuer.leaf(oddName), issuer), "", ""},
		"name of an unknown kind, limits":    {under(permitted), serve(issuer.leaf(oddName), issuer), "", "pki-name-constraints"},
		"6 intermediates":                    {under(a), serve(six[0].leaf(), six...), "", ""},
		"7 intermediates":                    {under(a), serve(seven[0].leaf(), seven...), "", "pki-path-depth"},
		"shuffled intermediates":             {under(a), serve(six[0].leaf(), six[3], six[0], six[5], six[2], six[4], six[1]), "", ""},
		"expired sibling first":              {under(a), serve(issuer.leaf(), a.issues(testIssuerName, past), issuer), "", ""},
		"issuer of another anchor in front":  {under(a), serve(issuer.leaf(), iB, issuer), "", ""},
		"renewed anchor, same name and key":  {under(testAnchor("a", valid(testNow.AddDate(0, 0, -1), testEnd.AddDate(9, 0, 0)))), serve(issuer.leaf(), issuer), "", ""},
		"signature of another key":           {under(a), serve(testAnchorKeyed(testIssuerName, "forger").leaf(), issuer), "pki-wrong-signer", "pki-wrong-signer"},
		"loop of two authorities":            {under(testAnchor("c")), loop(), "pki-unknown-issuer", "pki-unknown-issuer"},
		"same text, other encoding of names": {under(reencoded(a)), serve(issuer.leaf(), issuer), "pki-unknown-issuer", "pki-unknown-issuer"},
	}
	checkVerdicts(t, tests, VerifyLeaf)
}

// Validity ends are inclusive; webpki counts whole seconds, Go does not.
func TestVerifyAtTheEdges(t *testing.T) {
	a := testAnchor("a", valid(testBegin.AddDate(-1, 0, 0), testEnd.AddDate(1, 0, 0)))
	c := Chain{a.issues(testIssuerName).Certificate}
	tests := []struct {
		at                 time.Time
		goSays, webpkiSays string
	}{
		{testBegin.Add(-time.Second), "pki-not-yet-valid", "pki-not-yet-valid"},
		{testBegin.Add(-time.Nanosecond), "pki-not-yet-valid", "pki-not-yet-valid"},
		{testBegin, "", ""},
		{testEnd, "", ""},
		{testEnd.Add(time.Second / 2), "pki-expired", ""},
		{testEnd.Add(time.Second), "pki-expired", "pki-expired"},
		{testEnd.In(time.FixedZone("east", 3600)), "", ""},
		{time.Time{}, "pki-no-instant", "pki-no-instant"},
	}
	for _, tt := range tests {
		wantCode(t, VerifyIssuer(under(a), c, GoRules, tt.at), tt.goSays)
		wantCode(t, VerifyIssuer(under(a), c, WebpkiRules, tt.at), tt.webpkiSays)
	}
}

func TestVerifyNothing(t *testing.T) {
	a := testAnchor("a")
	for _, r := range []Rules{GoRules, WebpkiRules} {
		wantCode(t, VerifyIssuer(Bundle{}, Chain{a.Certificate}, r, testNow), "pki-no-certificates")
		wantCode(t, VerifyIssuer(under(a), nil, r, testNow), "pki-empty")
		wantCode(t, VerifyLeaf(under(a), nil, r, testNow), "pki-empty")
	}
	wantCode(t, CheckStructure(Bundle{}, Chain{a.Certificate}), "pki-no-certificates")
}

// Dates never matter to structure; everything else does as for identity.
func TestCheckStructure(t *testing.T) {
	past := valid(testBegin.AddDate(-9, 0, 0), testBegin.AddDate(-8, 0, 0))
	future := valid(testEnd.AddDate(8, 0, 0), testEnd.AddDate(9, 0, 0))
	a, b := testAnchor("a"), testAnchor("b")
	longGone := testAnchor("a", past)
	iB := b.issues(testIssuerName)
	tests := map[string]struct {
		bundle Bundle
		chain  Chain
		code   string
	}{
		"valid":                            {under(a), Chain{a.issues(testIssuerName).Certificate}, ""},
		"anchor expired":                   {under(longGone), Chain{a.issues(testIssuerName).Certificate}, ""},
		"issuer expired":                   {under(a), Chain{a.issues(testIssuerName, past).Certificate}, ""},
		"validity periods without overlap": {under(longGone), Chain{a.issues(testIssuerName, future).Certificate}, ""},
		"cross certificate out of step":    {under(longGone), Chain{iB.Certificate, a.crossSigns(b, future)}, ""},
		"other anchor":                     {under(b), Chain{a.issues(testIssuerName).Certificate}, "pki-unknown-issuer"},
		"forged":                           {under(a), Chain{testAnchorKeyed("a", "forger").issues(testIssuerName).Certificate}, "pki-wrong-signer"},
		"no authority":                     {under(a), Chain{a.issues(testIssuerName, notCA).Certificate}, "pki-issuer-not-ca"},
		"anchor no authority":              {under(testAnchor("a", notCA)), Chain{a.issues(testIssuerName).Certificate}, "pki-not-ca"},
		"pathLen 0 above a cross":          {under(testAnchor("a", pathLenOf(0), past)), Chain{iB.Certificate, a.crossSigns(b)}, "pki-path-length"},
		"pathLen 1 above a cross":          {under(testAnchor("a", pathLenOf(1), past)), Chain{iB.Certificate, a.crossSigns(b)}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			before := tt.chain[0].NotAfter
			wantCode(t, CheckStructure(tt.bundle, tt.chain), tt.code)
			if !tt.chain[0].NotAfter.Equal(before) {
				t.Error("the caller's certificate was changed")
			}
		})
	}
}

func TestVerifyServing(t *testing.T) {
	ca := testAnchor("webhook ca")
	const host = "linkerd-proxy-injector.linkerd.svc"
	serving := func(changes ...change) Certificate {
		return ca.leaf(append([]change{func(t *x509.Certificate) { t.DNSNames = []string{host} }, usages(x509.ExtKeyUsageServerAuth)}, changes...)...)
	}
	selfSigned := testAnchor(host, notCA, usages(x509.ExtKeyUsageServerAuth), func(t *x509.Certificate) { t.DNSNames = []string{host} }).Certificate
	tests := map[string]struct {
		ca, chain Chain
		host      string
		code      string
	}{
		"plain":              {Chain{ca.Certificate}, Chain{serving()}, host, ""},
		"the charts' own":    {Chain{selfSigned}, Chain{selfSigned}, host, ""},
		"old and new":        {Chain{selfSigned, ca.Certificate}, Chain{serving()}, host, ""},
		"another host":       {Chain{ca.Certificate}, Chain{serving()}, "linkerd-sp-validator.linkerd.svc", "pki-host-name"},
		"another authority":  {Chain{selfSigned}, Chain{serving()}, host, "pki-unknown-issuer"},
		"clients only":       {Chain{ca.Certificate}, Chain{serving(usages(x509.ExtKeyUsageClientAuth))}, host, "pki-extended-key-usage"},
		"expired":            {Chain{ca.Certificate}, Chain{serving(valid(testBegin, testBegin))}, host, "pki-expired"},
		"nothing trusted":    {nil, Chain{serving()}, host, "pki-no-certificates"},
		"common name is not": {Chain{ca.Certificate}, Chain{serving(func(t *x509.Certificate) { t.DNSNames = nil; t.Subject.CommonName = host })}, host, "pki-host-name"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { wantCode(t, VerifyServing(tt.ca, tt.chain, tt.host, testNow), tt.code) })
	}
}

// A refusal shows both sides: who, under what, which instant, which identifiers.
func TestRefusalsShowBothSides(t *testing.T) {
	a, b := testAnchor("a", ski(0xa1)), testAnchor("b", ski(0xb2))
	issuer := b.issues(testIssuerName)
	err := VerifyIssuer(under(a), Chain{issuer.Certificate}, WebpkiRules, testNow)
	for _, part := range []string{`"identity.linkerd.cluster.local" (` + issuer.Fingerprint()[:16], "webpki", `"b"`, "AKI B2", "A1"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q lacks %q", err, part)
		}
	}
	err = VerifyIssuer(under(testAnchor("b", valid(testBegin, testBegin))), Chain{issuer.Certificate}, GoRules, testNow)
	for _, part := range []string{"by Go rules", `"b" (`, "2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q lacks %q", err, part)
		}
	}
	var unknown x509.CertificateInvalidError
	if !errors.As(err, &unknown) {
		t.Error("the cause is lost")
	}
	if p := problem.Of(err)[0]; strings.Contains(p.Text, "x509:") {
		t.Errorf("the parser's text shows: %q", p.Text)
	}
}

func TestRulesString(t *testing.T) {
	if GoRules.String() != "Go" || WebpkiRules.String() != "webpki" {
		t.Error("names of the rules")
	}
}

// withSKI alters only what the next signature copies into its AKI.
func withSKI(c Certificate, id ...byte) Certificate {
	fields := *c.Certificate
	fields.SubjectKeyId = id
	return Certificate{&fields}
}

// namesakes of anchor "a" with other keys.
func namesakes(n int) []testCA {
	all := make([]testCA, n)
	for i := range all {
		all[i] = testAnchorKeyed("a", fmt.Sprint("namesake ", i))
	}
	return all
}

func belowMiddle(a testCA, changes ...change) Chain {
	middle := a.issues("middle", append([]change{pathLenOf(3)}, changes...)...)
	return Chain{middle.issues(testIssuerName).Certificate, middle.Certificate}
}

// tower is n authorities, the lowest first.
func tower(a testCA, n int) []testCA {
	var all []testCA
	for i := range n {
		a = a.issues(fmt.Sprint("level ", i), pathLenOf(9))
		all = append([]testCA{a}, all...)
	}
	return all
}

// loop is a leaf under two authorities that certify each other.
func loop() Chain {
	p, q := testAnchor("p"), testAnchor("q")
	return Chain{p.leaf(), q.crossSigns(p), p.crossSigns(q)}
}

// reencoded is the same anchor with its name in another ASN.1 string type.
func reencoded(a testCA) testCA {
	name := pkix.RDNSequence{{{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: asn1.RawValue{Tag: asn1.TagUTF8String, Bytes: []byte(a.Subject.CommonName)}}}}
	raw, err := asn1.Marshal(name)
	if err != nil {
		panic(err)
	}
	return testAnchor(a.Subject.CommonName, func(t *x509.Certificate) { t.RawSubject = raw })
}

func critical(t *x509.Certificate) {
	extra(pkix.Extension{Id: asn1.ObjectIdentifier{1, 2, 3, 4}, Critical: true, Value: []byte{5, 0}})(t)
}

// oddName adds a name of a kind that X.509 does not know, [9], beside the usual one.
func oddName(t *x509.Certificate) {
	value := append([]byte{0x30, byte(len(testLeafName) + 4), 0x82, byte(len(testLeafName))}, testLeafName...)
	extra(pkix.Extension{Id: oidSubjectAltName, Value: append(value, 0x89, 0)})(t)
}

// directoryOnly permits one directory name: [0]{ SEQUENCE { [4]{ empty name } } }.
func directoryOnly(t *x509.Certificate) {
	value := []byte{0x30, 0x08, 0xa0, 0x06, 0x30, 0x04, 0xa4, 0x02, 0x30, 0x00}
	extra(pkix.Extension{Id: oidNameConstraints, Critical: true, Value: value})(t)
}

func rsaAnchor(t *testing.T) (*x509.Certificate, func(name string) Certificate) {
	key := testRSA(t)
	template := testTemplate("rsa", nil)
	anchor := testSign(template, template, &key.PublicKey, key)
	return anchor.Certificate, func(name string) Certificate {
		return testSign(testTemplate(name, []change{pathLenOf(0)}), anchor.Certificate, &testKey(name).PublicKey, key)
	}
}

func rsaBundle(t *testing.T) Bundle {
	anchor, _ := rsaAnchor(t)
	return Bundle{[]Certificate{{anchor}}}
}

func rsaIssuer(t *testing.T) Chain {
	_, issue := rsaAnchor(t)
	return Chain{issue(testIssuerName)}
}
