package walk

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// custody is how a mesh of one kind begins.
type custody struct {
	// begin makes the state file.
	begin func(*testing.T, *mesh)
	// start are further flags of `start`.
	start func(*testing.T, *mesh) []string
}

// controller stands for the program in the cluster that makes Secrets of the
// custody's objects.
type controller interface {
	reconcile(*testing.T, *mesh)
}

var custodyOf map[string]custody

func init() { // the table's functions lead back to it
	none := func(*testing.T, *mesh) []string { return nil }
	custodyOf = map[string]custody{
		"file": {func(t *testing.T, m *mesh) { m.initNew(t, "--custody", "file", "--keys-dir", m.keysDir()) }, none},
		"age":  {func(t *testing.T, m *mesh) { m.initNew(t, "--recipient", m.recipient) }, none},
		"sops": {func(t *testing.T, m *mesh) {
			m.Write(t, ".sops.yaml", "creation_rules:\n- {path_regex: keys/, encrypted_regex: ^(data|stringData)$, age: "+m.recipient+"}\n")
			m.initNew(t, "--custody", "sops")
		}, none},
		"sealed-secret":   {beginSealed, outgoingKey},
		"external-secret": {beginExternal, outgoingKey},
		"cert-manager":    {beginCertManager, startCertManager},
	}
}

func (m *mesh) keysDir() string { return strings.Repeat("../", strings.Count(m.state, "/")+1) + "keys" }

// initNew makes a first PKI.
func (m *mesh) initNew(t *testing.T, args ...string) {
	t.Helper()
	if dir := filepath.Dir(filepath.Join(m.Dir, m.state)); os.MkdirAll(dir, 0o755) != nil {
		t.Fatal(dir)
	}
	m.tool(t, append([]string{"init", "--new", "--linkerd-version", "2.18"}, args...)...)
	m.edit(t, "  linkerd:\n", "  linkerd:\n    issuerScheme: "+m.scheme+"\n")
}

// outgoingKey names the key of the anchor in force, which no file of the state
// opens: the operator has a copy of it.
func outgoingKey(_ *testing.T, m *mesh) (flags []string) {
	if m.custody == "external-secret" && m.rotation != "renew" {
		flags = []string{"--key-out", m.keys} // which is the store's folder, too
	}
	if m.rotation == "webhooks" || m.rotation == "anchor-bundle" {
		return flags
	}
	return append(flags, "--outgoing-key", m.outgoing)
}

// beginSealed makes the certificate of a controller.
func beginSealed(t *testing.T, m *mesh) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sealed-secrets"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageKeyEncipherment}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.ToSlash(filepath.Join(filepath.Dir(m.state), "sealing.crt"))
	m.Write(t, path, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	m.control = &sealedSecrets{key}
	m.initNew(t, "--seal-to", "sealing.crt")
	m.outgoing = m.unsealAnchor(t, key)
}

// keyPath is a line of the state that names a key file; its second group is the name.
var keyPath = regexp.MustCompile(`(?m)^( *key: )"?(?:\.\./)+keys/(.*)\.key"?\n`)

// beginExternal makes a first PKI in key files, puts those into the store, and
// says in the state where they are.
func beginExternal(t *testing.T, m *mesh) {
	m.initNew(t, "--custody", "file", "--keys-dir", m.keysDir())
	m.printed.Reset()
	text := strings.Replace(m.text(t, m.state), "    kind: file\n", "    kind: external-secret\n    store: vault\n    remotePrefix: linkerd/\n", 1)
	m.Write(t, m.state, keyPath.ReplaceAllString(text, `$1"$2"`+"\n"))
	m.outgoing = filepath.Join(m.keys, m.read(t).Status.Anchors[0].Name+".key")
	m.control = externalSecrets{}
}
