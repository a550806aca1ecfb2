package cli

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"strconv"
	"strings"
	"time"
)

// makeHintCert makes NAME.crt and NAME.key: cert NAME [by SIGNER] [KEY=VALUE ...]
// with cn, key (p256, p384, rsa), of (take that name's key), from and days (from
// now), pathlen, eku (server, client, both), usage, permit, dns, ski, and the words
// leaf, critical, sha1, akiserial (names the signer by its serial too) and huge (an
// RSA key that nobody has). Without leaf it is an authority. NAME*N makes N of them.
func makeHintCert(now time.Time, args []string) error {
	if name, count, several := strings.Cut(args[0], "*"); several {
		n, err := strconv.Atoi(count)
		for i := 1; i <= n && err == nil; i++ {
			err = makeHintCert(now, append([]string{name + strconv.Itoa(i)}, args[1:]...))
		}
		return err
	}
	name, signer := args[0], ""
	set := map[string]string{"cn": "root.linkerd.cluster.local " + name, "key": "p256", "days": "700", "from": "-1"}
	for i := 1; i < len(args); i++ {
		key, value, _ := strings.Cut(args[i], "=")
		if key == "by" {
			i++
			signer = args[i]
			set["pathlen"], set["days"] = "0", "300"
			if set["cn"] == "root.linkerd.cluster.local "+name {
				set["cn"] = "identity.linkerd.cluster.local"
			}
			continue
		}
		set[key] = value
	}
	number := func(key string) int { n, _ := strconv.Atoi(set[key]); return n }
	key, err := hintKey(set)
	if err != nil {
		return err
	}
	serial := sha1.Sum([]byte(strings.Join(args, " ") + now.String()))
	c := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial[:8]), Subject: pkix.Name{CommonName: set["cn"]},
		NotBefore: now.AddDate(0, 0, number("from")), NotAfter: now.AddDate(0, 0, number("days")),
		BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, MaxPathLen: -1,
	}
	if set["pathlen"] != "" && set["pathlen"] != "none" {
		c.MaxPathLen, c.MaxPathLenZero = number("pathlen"), number("pathlen") == 0
	}
	if _, leaf := set["leaf"]; leaf {
		c.IsCA, c.MaxPathLen, c.MaxPathLenZero, c.KeyUsage = false, -1, false, x509.KeyUsageDigitalSignature
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	}
	switch set["eku"] {
	case "server":
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	case "none":
		c.ExtKeyUsage = nil
	case "both":
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	}
	if set["usage"] != "" {
		c.KeyUsage = x509.KeyUsageCRLSign
	}
	if set["permit"] != "" {
		c.PermittedDNSDomainsCritical, c.PermittedDNSDomains = true, []string{set["permit"]}
	}
	if set["exclude"] != "" {
		c.ExcludedDNSDomains = []string{set["exclude"]}
	}
	if set["dns"] != "" {
		c.DNSNames = []string{set["dns"]}
	}
	if set["ski"] != "" {
		c.SubjectKeyId = []byte(set["ski"])
	}
	if _, critical := set["critical"]; critical {
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3, 4}, Critical: true, Value: []byte{5, 0}}}
	}
	parent, parentKey := c, key
	if signer != "" {
		if parent, parentKey, err = readHintCert(signer); err != nil {
			return err
		}
		if set["aki"] != "" { // of another authority
			parent = &x509.Certificate{Subject: parent.Subject, RawSubject: parent.RawSubject, SubjectKeyId: []byte(set["aki"])}
		}
	}
	if _, sha1 := set["sha1"]; sha1 {
		c.SignatureAlgorithm = x509.SHA1WithRSA
	}
	if _, serial := set["akiserial"]; serial {
		c.ExtraExtensions = append(c.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 35}, Value: []byte{0x30, 3, 0x82, 1, 7}})
	}
	public := key.Public()
	if _, huge := set["huge"]; huge {
		n := new(big.Int).Lsh(big.NewInt(1), 9000)
		public = &rsa.PublicKey{N: n.Add(n, big.NewInt(1)), E: 65537}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, public, parentKey)
	if err != nil {
		return err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(name+".crt", text, 0o600); err != nil {
		return err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return os.WriteFile(name+".key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), 0o600)
}

func hintKey(set map[string]string) (crypto.Signer, error) {
	if set["of"] != "" {
		_, key, err := readHintCert(set["of"])
		return key, err
	}
	switch set["key"] {
	case "p384":
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "p521":
		return ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case "rsa1024":
		return rsa.GenerateKey(rand.Reader, 1024)
	case "rsa":
		return rsa.GenerateKey(rand.Reader, 2048)
	case "ed25519":
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

func readHintCert(name string) (*x509.Certificate, crypto.Signer, error) {
	var der [2][]byte
	for i, file := range []string{name + ".crt", name + ".key"} {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, nil, err
		}
		block, _ := pem.Decode(text)
		if block == nil {
			return nil, nil, fmt.Errorf("%s: no PEM", file)
		}
		der[i] = block.Bytes
	}
	c, err := x509.ParseCertificate(der[0])
	if err != nil {
		return nil, nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(der[1])
	if err != nil {
		return nil, nil, err
	}
	return c, key.(crypto.Signer), nil
}

// hintStateOf is a state in phase stable: the arguments name certificates, the
// last one the issuer's chain; hook:NAME is the proxy injector's, under NAMEca.
func hintStateOf(args []string) string {
	pemOf := func(indent string, names ...string) string {
		text := "|\n"
		for _, name := range names {
			pem, err := os.ReadFile(name + ".crt")
			if err != nil {
				return err.Error()
			}
			text += indent + strings.ReplaceAll(strings.TrimSpace(string(pem)), "\n", "\n"+indent) + "\n"
		}
		return text
	}
	hook := ""
	if last := args[len(args)-1]; strings.HasPrefix(last, "hook:") {
		hook, args = strings.TrimPrefix(last, "hook:"), args[:len(args)-1]
	}
	text := "apiVersion: l5d-pki-render/v1alpha1\nkind: Rotation\nmetadata:\n  name: east\nspec:\n  linkerd: {version: \"2.18\"}\n  custody: {kind: file}\nstatus:\n  epoch: 0\n  phase: stable\n"
	anchors := args[:len(args)-1]
	issuer := strings.Split(args[len(args)-1], "+")
	text += "  anchors:\n  - name: " + anchors[0] + "\n    role: current\n    key: " + anchors[0] + ".key\n    certificate: " + pemOf("      ", anchors[0])
	text += "  issuers:\n  - name: " + issuer[0] + "\n    role: current\n    key: " + issuer[0] + ".key\n    certificate: " + pemOf("      ", issuer...)
	if len(anchors) > 1 {
		text += "  adoptedBundle: " + pemOf("    ", anchors...)
	}
	if hook != "" {
		text += "  webhooks:\n    proxyInjector:\n      key: " + hook + ".key\n      certificate: " + pemOf("        ", hook) + "      caBundle: " + pemOf("        ", hook+"ca")
	}
	return text
}
