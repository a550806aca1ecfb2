package pki

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

var mintNow = time.Date(2026, 3, 1, 12, 0, 0, 500, time.UTC)

// drops is a random source made of SHA-256 over a seed and a counter.
type drops struct {
	seed string
	n    uint64
	left []byte
}

func (d *drops) Read(p []byte) (int, error) {
	for len(d.left) < len(p) {
		sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(d.seed), d.n))
		d.n++
		d.left = append(d.left, sum[:]...)
	}
	n := copy(p, d.left)
	d.left = d.left[n:]
	return n, nil
}

// minted is a whole PKI out of one seed.
type minted struct {
	anchor, next, issuer, nextIssuer, cross, hookCA, hook, leaf Certificate
	keyA, keyB, keyI                                            Key
	request                                                     []byte
}

func mintAll(t *testing.T, seed string) minted {
	t.Helper()
	r := &drops{seed: seed}
	year := PeriodAt(mintNow, time.Minute, 365*24*time.Hour)
	var m minted
	var err error
	check := func(e error) {
		if e != nil {
			t.Fatal(e)
		}
	}
	m.keyA, err = MintKey(FormSEC1, r)
	check(err)
	m.keyB, err = MintKey(FormPKCS8, r)
	check(err)
	m.keyI, err = MintKey(FormSEC1, r)
	check(err)
	m.anchor, err = MintAnchor(m.keyA, "root 2025", year, r)
	check(err)
	m.next, err = MintAnchor(m.keyB, "root 2026", year, r)
	check(err)
	m.issuer, err = MintIssuer(m.keyI.Signer().Public(), "identity.linkerd.cluster.local", m.anchor, m.keyA, year, r)
	check(err)
	m.nextIssuer, err = MintIssuer(m.keyI.Signer().Public(), "identity.linkerd.cluster.local", m.next, m.keyB, year, r)
	check(err)
	m.cross, err = CrossSign(m.next, m.anchor, m.keyA, year, r)
	check(err)
	m.hookCA, err = MintWebhookCA(m.keyB, "hook CA", year, r)
	check(err)
	m.hook, err = MintWebhook(m.keyI.Signer().Public(), "linkerd-proxy-injector.linkerd.svc", m.hookCA, m.keyB, year, r)
	check(err)
	m.leaf, err = MintLeaf(m.keyB.Signer().Public(), "web.emojivoto.serviceaccount.identity.linkerd.cluster.local", m.issuer, m.keyI, year, r)
	check(err)
	m.request, err = CreateRequest(m.keyI, "identity.linkerd.cluster.local")
	check(err)
	return m
}

func (m minted) all() []Certificate {
	return []Certificate{m.anchor, m.next, m.issuer, m.nextIssuer, m.cross, m.hookCA, m.hook, m.leaf}
}

// TestMintIsDeterministic: the same seed gives the same bytes, keys included;
// another seed gives others.
func TestMintIsDeterministic(t *testing.T) {
	a, b, c := mintAll(t, "one"), mintAll(t, "one"), mintAll(t, "two")
	for i := range a.all() {
		if !bytes.Equal(a.all()[i].Raw, b.all()[i].Raw) {
			t.Errorf("certificate %d differs between two runs", i)
		}
		if bytes.Equal(a.all()[i].Raw, c.all()[i].Raw) {
			t.Errorf("certificate %d does not depend on the seed", i)
		}
	}
	if !bytes.Equal(a.keyA.PEM(), b.keyA.PEM()) || !bytes.Equal(a.request, b.request) {
		t.Error("key or request differs between two runs")
	}
	if a.keyA.PKCS8() || !a.keyB.PKCS8() {
		t.Error("keys are not in the form that was asked for")
	}
}

// TestMintedVerify: every minted chain passes both verifiers, today's and the
// stricter rules that are announced, and lint has nothing to say.
func TestMintedVerify(t *testing.T) {
	m := mintAll(t, "verify")
	outgoing, _ := NewBundle(m.anchor)
	incoming, _ := NewBundle(m.next)
	for _, r := range []Rules{GoRules, WebpkiRules} {
		for name, pair := range map[string]struct {
			bundle Bundle
			chain  Chain
			ok     bool
		}{
			"a under A":   {outgoing, Chain{m.issuer}, true},
			"b under B":   {incoming, Chain{m.nextIssuer}, true},
			"b under A":   {outgoing, Chain{m.nextIssuer}, false},
			"b X under A": {outgoing, Chain{m.nextIssuer, m.cross}, true},
			"b X under B": {incoming, Chain{m.nextIssuer, m.cross}, true},
		} {
			if err := VerifyIssuer(pair.bundle, pair.chain, r, mintNow); (err == nil) != pair.ok {
				t.Errorf("%s, rules %d: %v", name, r, err)
			}
		}
		if err := VerifyLeaf(outgoing, Chain{m.leaf, m.issuer}, r, mintNow); err != nil {
			t.Errorf("leaf, rules %d: %v", r, err)
		}
	}
}

// TestMintedFields pins what each certificate says.
func TestMintedFields(t *testing.T) {
	m := mintAll(t, "fields")
	for name, c := range map[string]Certificate{"anchor": m.anchor, "cross": m.cross} {
		if _, limited := c.PathLen(); limited {
			t.Errorf("%s has a path length", name)
		}
		if !c.IsCA || c.KeyUsage != x509.KeyUsageCertSign|x509.KeyUsageCRLSign || len(c.ExtKeyUsage) != 0 {
			t.Errorf("%s: CA %t, key usage %b, EKU %v", name, c.IsCA, c.KeyUsage, c.ExtKeyUsage)
		}
	}
	if limit, limited := m.issuer.PathLen(); !limited || limit != 0 || len(m.issuer.ExtKeyUsage) != 0 {
		t.Errorf("issuer: path length %d (%t), EKU %v", limit, limited, m.issuer.ExtKeyUsage)
	}
	if !bytes.Equal(m.cross.RawSubject, m.next.RawSubject) || !bytes.Equal(m.cross.RawSubjectPublicKeyInfo, m.next.RawSubjectPublicKeyInfo) {
		t.Error("the cross certificate has another name or key than the incoming anchor")
	}
	if m.cross.SKI() != m.next.SKI() || m.cross.AKI() != m.anchor.SKI() || m.issuer.AKI() != m.anchor.SKI() {
		t.Error("key identifiers do not lead to the signers")
	}
	if m.anchor.NotBefore != mintNow.Truncate(time.Second).Add(-time.Minute) {
		t.Errorf("not before %s is not back-dated by a minute", m.anchor.NotBefore)
	}
	serials := map[string]bool{}
	for _, c := range m.all() {
		if c.SerialNumber.Sign() <= 0 || c.SerialNumber.BitLen() > 127 {
			t.Errorf("serial %s", c.SerialNumber)
		}
		serials[c.SerialNumber.String()] = true
	}
	if len(serials) != len(m.all()) {
		t.Error("serial numbers repeat")
	}
}

// TestCrossSignKeepsNameBytes: an incoming anchor whose name is in another
// string type than Go would choose is copied as bytes.
func TestCrossSignKeepsNameBytes(t *testing.T) {
	m := mintAll(t, "bytes")
	printable := []byte{0x13, 9, 'r', 'o', 'o', 't', ' ', '2', '0', '2', '6'}
	raw := bytes.Clone(m.next.RawSubject)
	i := bytes.Index(raw, []byte("root 2026"))
	if i < 2 {
		t.Fatal("no common name found")
	}
	copy(raw[i-2:], printable)
	raw[i-2] = 0x0c // UTF8String, where Go writes PrintableString
	template := &x509.Certificate{RawSubject: raw, IsCA: true, MaxPathLen: -1, KeyUsage: caUsage}
	other, err := selfSigned(template, m.keyB, PeriodAt(mintNow, 0, time.Hour), &drops{seed: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(other.RawSubject, m.next.RawSubject) {
		t.Fatal("the name is not in another form")
	}
	for _, again := range []func() (Certificate, error){
		func() (Certificate, error) {
			return CrossSign(other, m.anchor, m.keyA, PeriodAt(mintNow, 0, time.Hour), &drops{seed: "y"})
		},
		func() (Certificate, error) {
			return RenewAnchor(other, m.keyB, PeriodAt(mintNow, 0, 2*time.Hour), &drops{seed: "z"})
		},
	} {
		c, err := again()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(c.RawSubject, other.RawSubject) {
			t.Error("the name was encoded anew")
		}
	}
}

// TestMintedEndsWithSigner: nothing outlives what signed it.
func TestMintedEndsWithSigner(t *testing.T) {
	r := &drops{seed: "ends"}
	key, _ := MintKey(FormSEC1, r)
	anchor, _ := MintAnchor(key, "short root", PeriodAt(mintNow, 0, time.Hour), r)
	issuer, err := MintIssuer(key.Signer().Public(), "i", anchor, key, PeriodAt(mintNow, 0, 1000*time.Hour), r)
	if err != nil || !issuer.NotAfter.Equal(anchor.NotAfter) {
		t.Errorf("issuer ends at %v, its anchor at %v (%v)", issuer.NotAfter, anchor.NotAfter, err)
	}
	long, _ := MintAnchor(key, "long root", PeriodAt(mintNow, 0, 1000*time.Hour), r)
	for name, pair := range map[string][2]Certificate{"short outgoing": {long, anchor}, "short incoming": {anchor, long}} {
		x, err := CrossSign(pair[0], pair[1], key, PeriodAt(mintNow, 0, 5000*time.Hour), r)
		if err != nil || !x.NotAfter.Equal(anchor.NotAfter) {
			t.Errorf("%s: the cross certificate ends at %v, want %v (%v)", name, x.NotAfter, anchor.NotAfter, err)
		}
	}
	_, err = MintIssuer(key.Signer().Public(), "i", anchor, key, PeriodAt(mintNow.Add(2*time.Hour), 0, time.Hour), r)
	wantProblem(t, err, problem.MintPeriod)
}

func TestMintRefusals(t *testing.T) {
	m := mintAll(t, "refusals")
	hour := PeriodAt(mintNow, 0, time.Hour)
	r := &drops{seed: "r"}
	zeroLen, err := selfSigned(&x509.Certificate{RawSubject: m.anchor.RawSubject, IsCA: true, MaxPathLenZero: true, KeyUsage: caUsage}, m.keyA, hour, r)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		mint func() error
		want problem.Sentence
	}{
		"issuer with another anchor's key": {func() error {
			_, err := MintIssuer(m.keyI.Signer().Public(), "i", m.anchor, m.keyB, hour, r)
			return err
		}, problem.MintForeignKey},
		"cross certificate under path length 0": {func() error { _, err := CrossSign(m.next, zeroLen, m.keyA, hour, r); return err }, problem.MintPathLen},
		"renewal with another key":              {func() error { _, err := RenewAnchor(m.anchor, m.keyB, hour, r); return err }, problem.MintForeignKey},
		"anchor without a key":                  {func() error { _, err := MintAnchor(Key{}, "x", hour, r); return err }, problem.MintRefused},
		"request without a key":                 {func() error { _, err := CreateRequest(Key{}, "x"); return err }, problem.MintRefused},
		"no random bytes for a key":             {func() error { _, err := MintKey(FormSEC1, bytes.NewReader(make([]byte, 31))); return err }, problem.MintRandomness},
		"only zero bytes for a key":             {func() error { _, err := MintKey(FormSEC1, zeros{}); return err }, problem.MintRandomness},
		"no random bytes for serial":            {func() error { _, err := MintAnchor(m.keyA, "x", hour, bytes.NewReader(nil)); return err }, problem.MintRandomness},
		"only zero bytes for serial":            {func() error { _, err := MintAnchor(m.keyA, "x", hour, zeros{}); return err }, problem.MintRandomness},
	} {
		t.Run(name, func(t *testing.T) { wantProblem(t, c.mint(), c.want) })
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestMintKeyDrawsAgain: a scalar out of range is drawn again, not bent.
func TestMintKeyDrawsAgain(t *testing.T) {
	good := make([]byte, 32)
	good[31] = 7
	key, err := MintKey(FormSEC1, io.MultiReader(bytes.NewReader(bytes.Repeat([]byte{0xff}, 32)), bytes.NewReader(make([]byte, 32)), bytes.NewReader(good)))
	if err != nil {
		t.Fatal(err)
	}
	direct, _ := MintKey(FormSEC1, bytes.NewReader(good))
	if !bytes.Equal(key.PEM(), direct.PEM()) {
		t.Error("the key is not the third draw")
	}
}

func TestAcceptSigned(t *testing.T) {
	m := mintAll(t, "csr")
	other := mintAll(t, "other")
	renamed, err := MintIssuer(m.keyI.Signer().Public(), "someone else", m.anchor, m.keyA, PeriodAt(mintNow, 0, time.Hour), &drops{seed: "q"})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		request []byte
		signed  Chain
		want    []problem.Sentence
	}{
		"answers the request": {m.request, Chain{m.issuer}, nil},
		"with a cross":        {m.request, Chain{m.nextIssuer, m.cross}, nil},
		"final newline":       {append(bytes.Clone(m.request), '\n'), Chain{m.issuer}, nil},
		"another key":         {m.request, Chain{other.issuer}, []problem.Sentence{problem.MintSignedKey}},
		"another name":        {m.request, Chain{renamed}, []problem.Sentence{problem.MintSignedName}},
		"a leaf":              {m.request, Chain{m.hook}, []problem.Sentence{problem.MintSignedName, problem.MintSignedLeaf}},
		"nothing":             {m.request, nil, []problem.Sentence{problem.MintNothingSigned}},
		"a certificate":       {m.issuer.PEM(), Chain{m.issuer}, []problem.Sentence{problem.MintRequest}},
		"no PEM":              {[]byte("hello"), Chain{m.issuer}, []problem.Sentence{problem.MintRequest}},
		"text behind it":      {append(bytes.Clone(m.request), "\nx"...), Chain{m.issuer}, []problem.Sentence{problem.MintRequest}},
	} {
		t.Run(name, func(t *testing.T) {
			var got, want []problem.Code
			for _, p := range problem.Of(AcceptSigned(c.request, c.signed)) {
				got = append(got, p.Code)
			}
			for _, s := range c.want {
				want = append(want, s.Code)
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func wantProblem(t *testing.T, err error, want problem.Sentence) {
	t.Helper()
	var p *problem.Problem
	if !errors.As(err, &p) || p.Code != want.Code {
		t.Errorf("got %v, want %s", err, want.Code)
	}
}
