package pki

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"testing"
	"time"
)

// reworked signs an edited form of a certificate: bytes that no template makes.
func (ca testCA) reworked(t *testing.T, c Certificate, edit func(tbs []byte) []byte, algorithm string) Certificate {
	t.Helper()
	tbs := edit(bytes.Clone(c.RawTBSCertificate))
	identifier, err := hex.DecodeString(algorithm)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(tbs)
	signature, err := ecdsa.SignASN1(nil, ca.key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	der, err := asn1.Marshal(struct {
		TBS, Algorithm asn1.RawValue
		Signature      asn1.BitString
	}{asn1.RawValue{FullBytes: tbs}, asn1.RawValue{FullBytes: identifier}, asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}})
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatalf("%v: %x", err, tbs)
	}
	return Certificate{parsed}
}

// swap replaces bytes once, and corrects the length of the whole.
func swap(t *testing.T, from, to string) func([]byte) []byte {
	return func(tbs []byte) []byte {
		t.Helper()
		old, _ := hex.DecodeString(from)
		replacement, _ := hex.DecodeString(to)
		var whole asn1.RawValue
		if _, err := asn1.Unmarshal(tbs, &whole); err != nil || !bytes.Contains(tbs, old) {
			t.Fatalf("no %s in %x (%v)", from, tbs, err)
		}
		out, err := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: bytes.Replace(whole.Bytes, old, replacement, 1)})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// TestUnread: what Go reads and proxies do not is refused by the rules of proxies, as an
// anchor and below one.
func TestUnread(t *testing.T) {
	const (
		ecdsa256     = "300a06082a8648ce3d040302"
		ecdsa256Null = "300c06082a8648ce3d0403020500"
		constraints  = "0603551d130101ff040830060101ff020100" // critical, CA, pathLen 0
	)
	a := testAnchor("a")
	issuer := a.issues(testIssuerName)
	big := extra(pkix.Extension{Id: asn1.ObjectIdentifier{1, 2, 3}, Value: make([]byte, 66_000)})
	below := func(edit func([]byte) []byte, algorithm string) verdicts {
		return verdicts{under(a), Chain{a.reworked(t, issuer.Certificate, edit, algorithm)}, "", "pki-unread"}
	}
	above := func(anchor testCA) verdicts {
		return verdicts{under(anchor), Chain{anchor.issues(testIssuerName).Certificate}, "", "pki-unread"}
	}
	// uid puts a unique identifier before the extensions of a certificate.
	uid := func(tag string) func([]byte) []byte {
		return func(tbs []byte) []byte {
			at := bytes.Index(tbs, []byte{0x06, 0x03, 0x55, 0x1d}) // the first extension
			head := at - 6                                         // the headers of the field, of the list and of the extension
			return swap(t, hex.EncodeToString(tbs[head:at]), tag+"0200ff"+hex.EncodeToString(tbs[head:at]))(tbs)
		}
	}
	odd := a.reworked(t, a.Certificate, uid("81"), ecdsa256)
	tests := map[string]verdicts{
		"as it is":            {under(a), Chain{a.reworked(t, issuer.Certificate, func(b []byte) []byte { return b }, ecdsa256)}, "", ""},
		"pathLen 255":         {under(a), Chain{a.issues(testIssuerName, pathLenOf(255)).Certificate}, "", ""},
		"pathLen 256":         {under(a), Chain{a.issues(testIssuerName, pathLenOf(256)).Certificate}, "", "pki-unread"},
		"a NULL behind ECDSA": below(swap(t, ecdsa256, ecdsa256Null), ecdsa256Null),
		"issuerUniqueID":      below(uid("81"), ecdsa256),
		"subjectUniqueID":     below(uid("82"), ecdsa256),
		"more than basic constraints": below(func(tbs []byte) []byte {
			return longer(t, tbs, constraints, "0603551d130101ff040a30080101ff0201000500", 2)
		}, ecdsa256),
		"more behind basic constraints": below(func(tbs []byte) []byte {
			return longer(t, tbs, constraints, "0603551d130101ff040a30060101ff0201000500", 2)
		}, ecdsa256),
		"a date without seconds": below(func(tbs []byte) []byte {
			return swap(t, "301e170d3236303130313030303030305a", "301c170b323630313031303030305a")(tbs)
		}, ecdsa256),
		"a date of another zone": below(func(tbs []byte) []byte {
			return swap(t, "301e170d3236303130313030303030305a", "302217113236303130313030303030302b30313030")(tbs)
		}, ecdsa256),
		"a date before 1970":               {under(a), Chain{a.issues(testIssuerName, valid(time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC), testEnd)).Certificate}, "", "pki-unread"},
		"an issuer of 64 KiB":              {under(a), Chain{a.issues(testIssuerName, big).Certificate}, "", "pki-unread"},
		"an anchor of 64 KiB":              above(testAnchor("a", big)),
		"an anchor with issuerUniqueID":    above(testCA{odd, a.key}),
		"an anchor with pathLen 300":       {under(testAnchor("a", pathLenOf(300))), Chain{testAnchor("a", pathLenOf(300)).issues(testIssuerName).Certificate}, "", ""},
		"an anchor beside a good one":      {under(testCA{odd, a.key}, a), Chain{issuer.Certificate}, "", ""},
		"an intermediate with pathLen 300": {under(a), belowMiddle(a, pathLenOf(300)), "", "pki-unread"},
	}
	checkVerdicts(t, tests, VerifyIssuer)
}

// longer is swap for a part of an extension that becomes n bytes longer: the lengths
// around it grow as well.
func longer(t *testing.T, tbs []byte, from, to string, n int) []byte {
	t.Helper()
	old, _ := hex.DecodeString(from)
	at := bytes.Index(tbs, old)
	list := bytes.Index(tbs, []byte{0x06, 0x03, 0x55, 0x1d}) - 6
	if at < 0 || list < 0 || tbs[list+1] >= 0x80-byte(n) || tbs[list+2] != 0x30 {
		t.Fatalf("no %s in %x", from, tbs)
	}
	tbs[list+1], tbs[list+3], tbs[at-1] = tbs[list+1]+byte(n), tbs[list+3]+byte(n), tbs[at-1]+byte(n)
	return swap(t, from, to)(tbs)
}
