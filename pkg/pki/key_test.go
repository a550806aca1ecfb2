package pki

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
)

// testRSA is a key of 1024 bits made of two known primes: generating one would
// ignore the injected randomness.
func testRSA(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	prime := func(s string) *big.Int { n, _ := new(big.Int).SetString(s, 16); return n }
	p := prime("f89b1a4a2f4aa3b4b8b8e3d3b1fbd3ddf5a1f63cbf80d3a84e5f7c84eaa8e5d1f1f5f0f4cf2d8a9b3c5d7e9fab1c3d5e7f91a3b5c7d9ebfd0f213355779bbc01")
	q := prime("e1c3a5876950432d1f0b0907050301fffdfbf9f7f5f3f1efedebe9e7e5e3e1dfdddbd9d7d5d3d1cfcdcbc9c7c5c3c1bfbdbbb9b7b5b3b1afadaba9a7a5a3a19f")
	for !p.ProbablyPrime(20) {
		p.Add(p, big.NewInt(2))
	}
	for !q.ProbablyPrime(20) {
		q.Add(q, big.NewInt(2))
	}
	one := big.NewInt(1)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537},
		D:         new(big.Int).ModInverse(big.NewInt(65537), phi), Primes: []*big.Int{p, q},
	}
	key.Precompute()
	if err := key.Validate(); err != nil {
		t.Fatal(err)
	}
	return key
}

func testKeys(t testing.TB) map[string][]byte {
	ec, rsaKey := testKey("k"), testRSA(t)
	return map[string][]byte{
		"sec 1":          sec1(ec),
		"pkcs 8 ec":      pkcs8(ec),
		"pkcs 8 rsa":     pkcs8(rsaKey),
		"pkcs 8 ed25519": pkcs8(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))),
		"pkcs 1":         pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKey)}),
	}
}

func TestParseKeyAccepts(t *testing.T) {
	for name, text := range testKeys(t) {
		t.Run(name, func(t *testing.T) {
			for _, around := range [][2]string{{"", ""}, {"\n \n", "\n\n"}, {"", " "}} {
				input := around[0] + string(text) + around[1]
				k, err := ParseKey([]byte(input))
				if err != nil {
					t.Fatal(err)
				}
				if got, want := string(k.PEM()), strings.TrimSpace(string(text)); got != want {
					t.Error("PEM is not the block as given")
				}
				if k.Signer() == nil || k.PKCS8() != strings.HasPrefix(name, "pkcs 8") {
					t.Errorf("signer %v, PKCS8 %v", k.Signer() != nil, k.PKCS8())
				}
			}
			crlf := strings.ReplaceAll(string(text), "\n", "\r\n")
			k, err := ParseKey([]byte(crlf))
			if err != nil || string(k.PEM()) != strings.TrimSpace(crlf) {
				t.Errorf("CRLF is not kept as given: %v", err)
			}
		})
	}
}

func refusedKeys(t testing.TB) map[string]struct{ input, code string } {
	ec := string(sec1(testKey("k")))
	der, _ := pem.Decode([]byte(ec))
	x25519, _ := ecdh.X25519().NewPrivateKey(bytes.Repeat([]byte{9}, 32))
	as := func(label string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
	}
	parameters := as("EC PARAMETERS", []byte{6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7})
	return map[string]struct{ input, code string }{
		"empty":                  {"", "pki-empty"},
		"der":                    {string(pkcs8DER(testRSA(t))), "pki-not-pem"},
		"two keys":               {ec + string(pkcs8(testKey("l"))), "pki-key-blocks"},
		"parameters twice":       {parameters + parameters + ec, "pki-key-blocks"},
		"parameters last":        {ec + parameters, "pki-key-blocks"},
		"parameters, two keys":   {parameters + ec + ec, "pki-key-blocks"},
		"parameters, text":       {parameters + "x\n" + ec, "pki-text-outside"},
		"parameters of nothing":  {"-----BEGIN EC PARAMETERS-----\n" + ec, "pki-key-blocks"},
		"parameters alone":       {parameters, "pki-key-foreign"},
		"certificate":            {string(readA.PEM()), "pki-key-foreign"},
		"public key":             {as("PUBLIC KEY", der.Bytes), "pki-key-foreign"},
		"comment before":         {"# key of a\n" + ec, "pki-key-surrounded"},
		"comment after":          {ec + "# end\n", "pki-trailing-text"},
		"text before":            {"key:\n" + ec, "pki-text-outside"},
		"truncated":              {ec[:len(ec)-40], "pki-truncated"},
		"damaged":                {strings.Replace(ec, "M", "!", 1), "pki-damaged-block"},
		"encrypted pkcs 8":       {as("ENCRYPTED PRIVATE KEY", der.Bytes), "pki-key-encrypted"},
		"encrypted sec 1":        {strings.Replace(ec, "\n", "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n", 1), "pki-key-encrypted"},
		"headers":                {strings.Replace(ec, "\n", "\nName: x\n\n", 1), "pki-headers"},
		"pkcs 8 as sec 1":        {as("EC PRIVATE KEY", pkcs8DER(testKey("k"))), "pki-key-malformed"},
		"sec 1 as pkcs 8":        {as("PRIVATE KEY", der.Bytes), "pki-key-malformed"},
		"sec 1 as pkcs 1":        {as("RSA PRIVATE KEY", der.Bytes), "pki-key-malformed"},
		"bytes after the key":    {as("EC PRIVATE KEY", append(bytes.Clone(der.Bytes), 0)), "pki-key-malformed"},
		"bytes after the pkcs 8": {as("PRIVATE KEY", append(pkcs8DER(testKey("k")), 5, 0)), "pki-key-malformed"},
		"cut inside":             {as("EC PRIVATE KEY", der.Bytes[:40]), "pki-key-malformed"},
		"key that cannot sign":   {string(pkcs8(x25519)), "pki-key-unsupported"},
	}
}

func pkcs8DER(key any) []byte {
	block, _ := pem.Decode(pkcs8(key))
	return block.Bytes
}

func TestParseKeyRefusesWithoutQuoting(t *testing.T) {
	for name, tt := range refusedKeys(t) {
		t.Run(name, func(t *testing.T) {
			k, err := ParseKey([]byte(tt.input))
			if k.Signer() != nil || k.PEM() != nil {
				t.Error("an error came with a key")
			}
			wantCode(t, err, tt.code)
			said := fmt.Sprintf("%v %+v %q", err, err, fmt.Sprint(err))
			for cause := err; cause != nil; {
				said += cause.Error()
				next, ok := cause.(interface{ Unwrap() error })
				if !ok {
					break
				}
				cause = next.Unwrap()
			}
			if piece := quoted(said, tt.input); piece != "" {
				t.Errorf("the message quotes the input: %q", piece)
			}
		})
	}
}

// quoted finds 6 characters of base64 that the message shares with the input.
func quoted(message, input string) string {
	for line := range strings.Lines(input) {
		line = strings.TrimSpace(line)
		if strings.Contains(line, "-----") || strings.Contains(line, ":") || strings.HasPrefix(line, "#") {
			continue
		}
		for i := 0; i+6 <= len(line); i++ {
			if strings.Contains(message, line[i:i+6]) {
				return line[i : i+6]
			}
		}
	}
	return ""
}

func TestKeyNeverPrints(t *testing.T) {
	raw := testKey("k")
	k, err := ParseKey(sec1(raw))
	if err != nil {
		t.Fatal(err)
	}
	scalar, _ := raw.Bytes()
	inside := struct {
		name string
		key  Key
	}{"x", k}
	asJSON, err := json.Marshal(map[string]any{"key": k, "inside": &inside})
	if err != nil {
		t.Fatal(err)
	}
	said := string(asJSON)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%p", "%f", "%t", "%c", "%U", "%o", "%b", "%w"} {
		said += fmt.Sprintf(verb, k) + fmt.Sprintf(verb, &k) + fmt.Sprintf(verb, inside) + fmt.Sprintf(verb, []Key{k})
	}
	decimal := func(b []byte) string { return strings.Trim(fmt.Sprint(b), "[]") }
	text := k.PEM()[40:60]
	scalarText := raw.D.String()[:12] //nolint:staticcheck // the deprecated field is one more way in which a key could show
	for _, secret := range []string{
		string(text), decimal(text), fmt.Sprintf("%x", text), fmt.Sprintf("%X", text),
		decimal(scalar[:4]), fmt.Sprintf("%x", scalar[:8]), fmt.Sprintf("%X", scalar[:8]), scalarText,
	} {
		if strings.Contains(said, secret) {
			t.Errorf("a printed key shows %q", secret)
		}
	}
}

func TestKeyMatches(t *testing.T) {
	k, _ := ParseKey(sec1(readA.key))
	cross := readB.crossSigns(readA)
	if !k.Matches(readA.Certificate) || !k.Matches(cross) {
		t.Error("the key does not match its own certificates")
	}
	if k.Matches(readB.Certificate) || k.Matches(Certificate{}) || (Key{}).Matches(readA.Certificate) {
		t.Error("matches a foreign certificate, or none")
	}
}

func TestWipe(t *testing.T) {
	for name, text := range testKeys(t) {
		k, err := ParseKey(text)
		if err != nil {
			t.Fatal(err)
		}
		twin, held := k, k.secret().pem
		k.Wipe()
		if twin.Signer() != nil || twin.PEM() != nil || twin.PKCS8() || !bytes.Equal(held, make([]byte, len(held))) {
			t.Errorf("%s: a copy outlived Wipe", name)
		}
		k.Wipe()
	}
	Key{}.Wipe()
}

// TestParameters: openssl writes the curve before the key; Linkerd's reader takes
// one block only, so the key is kept without it.
func TestParameters(t *testing.T) {
	parameters := "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
	for name, form := range map[string][]byte{"SEC 1": sec1(testKey("k")), "PKCS #8": pkcs8(testKey("k"))} {
		for _, between := range []string{"", "\n", "\r\n"} {
			k, err := ParseKey([]byte(parameters + between + string(form)))
			if err != nil || string(k.PEM()) != strings.TrimSpace(string(form)) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
