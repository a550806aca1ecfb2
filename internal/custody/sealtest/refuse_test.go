package sealtest

import (
	"encoding/base64"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestStartRefused: where a key cannot be sealed, nothing is written: no key
// file, no state.
func TestStartRefused(t *testing.T) {
	c := newController(t, time.Hour)
	expired := newController(t, -time.Hour)
	script := func(text string) string {
		path := filepath.Join(t.TempDir(), "kubeseal")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		return "L5D_PKI_KUBESEAL_PROGRAM=" + path
	}
	bin, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	real := filepath.Join(bin, "kubeseal")
	for name, r := range map[string]struct {
		certificate, env, code string
	}{
		"no kubeseal":            {"", "L5D_PKI_KUBESEAL_PROGRAM=/absent/kubeseal", "custody-no-kubeseal"},
		"kubeseal fails":         {"", script("echo it broke >&2; exit 1"), "custody-kubeseal"},
		"it says nothing":        {"", script("exit 0"), "custody-kubeseal"},
		"it gives the Secret":    {"", script("cat"), "custody-sealed-result"},
		"it cuts its output":     {"", script(real + ` "$@" | head -c 700`), "custody-sealed-result"},
		"it seals half the key":  {"", script(`sed 's/tls.key: ......../tls.key: /' | ` + real + ` "$@"`), "custody-sealed-result"},
		"it seals another name":  {"", script(`sed 's/name: linkerd-/name: other-/;s/name: l5d/name: other/' | ` + real + ` "$@"`), "custody-sealed-result"},
		"it seals in wide scope": {"", script(real + ` --cert "$2" --scope cluster-wide`), "custody-sealed-result"},
		"no certificate":         {"this is none", "", "custody-sealing-certificate"},
		"an expired certificate": {expired.certificate, "", "custody-kubeseal"},
		"the wrong file":         {"../../../fixtures/pki/anchor-2025.crt", "", "custody-sealing-certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMesh(t, c, "linkerd.io/tls")
			if r.certificate != "" {
				text, err := os.ReadFile(r.certificate)
				if err != nil {
					text = []byte(r.certificate)
				}
				write(t, filepath.Join(m.dir, "sealing.crt"), text)
			}
			if r.env != "" {
				m.env = []string{r.env}
			}
			m.refused(t, r.code, "start", "anchor")
		})
	}
}

// TestRenderRefused: a key file that is not as it was sealed stops the render,
// and stdout stays empty.
func TestRenderRefused(t *testing.T) {
	for name, r := range map[string]struct {
		edit func(text string) string
		code string
	}{
		"tampered":  {flip, "custody-tampered"},
		"truncated": {func(text string) string { return text[:len(text)/2] }, "custody-"},
		"cut value": {func(text string) string { return cutValue(text) }, "custody-tampered"},
		"cut value, and its sum": {func(text string) string {
			return withoutLine(cutValue(text), "ciphertext-sha256")
		}, "custody-tampered"},
		"whose key is unsaid": {func(text string) string { return withoutLine(text, "spki-sha256") }, "custody-sealed-unsaid"},
		"wide scope": {func(text string) string {
			return strings.Replace(text, "  annotations:\n", "  annotations:\n    sealedsecrets.bitnami.com/cluster-wide: \"true\"\n", 1)
		}, "custody-sealed-wide"},
		"moved": {func(text string) string { return strings.Replace(text, "namespace: linkerd", "namespace: mesh", 1) }, "custody-sealed-elsewhere"},
		"empty": {func(string) string { return "" }, "custody-foreign-file"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMesh(t, newController(t, time.Hour), "kubernetes.io/tls")
			path := m.issuerKey(t)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			write(t, path, []byte(r.edit(string(text))))
			m.refused(t, r.code, "manifests")
		})
	}
	t.Run("swapped", func(t *testing.T) {
		m := newMesh(t, newController(t, time.Hour), "kubernetes.io/tls")
		m.must(t, append([]string{"start", "anchor"}, everything...)...)
		keys := m.keyFiles(t)
		var issuers []string
		for path, text := range keys {
			if strings.Contains(text, "name: "+issuerSecret) {
				issuers = append(issuers, path)
			}
		}
		if len(issuers) != 2 {
			t.Fatal(issuers)
		}
		write(t, filepath.Join(m.dir, issuers[0]), []byte(keys[issuers[1]]))
		write(t, filepath.Join(m.dir, issuers[1]), []byte(keys[issuers[0]]))
		m.refused(t, "custody-other-key", "manifests")
	})
}

// TestScope: what was sealed opens nowhere else, and for nobody else: this is
// the controller's word, not ours.
func TestScope(t *testing.T) {
	c := newController(t, time.Hour)
	m := newMesh(t, c, "kubernetes.io/tls")
	s := sealed(t, m.must(t, "manifests"))[issuerSecret]
	if _, err := newController(t, time.Hour).unseal(t, s); err == nil {
		t.Error("another controller opens it")
	}
	for name, move := range map[string]func(){"name": func() { s.Name = "other" }, "namespace": func() { s.Name, s.Namespace = issuerSecret, "other" }} {
		move()
		if _, err := c.unseal(t, s); err == nil {
			t.Errorf("opens under another %s", name)
		}
	}
}

// TestReEncrypted: what `kubeseal --re-encrypt` leaves of a key file (JSON, no
// annotations beside the name) is still a key file.
func TestReEncrypted(t *testing.T) {
	c := newController(t, time.Hour)
	m := newMesh(t, c, "kubernetes.io/tls")
	before := sealed(t, m.must(t, "manifests"))[issuerSecret]
	path := m.issuerKey(t)
	again := newController(t, time.Hour)
	write(t, path, c.reEncrypt(t, again, path))
	after := sealed(t, m.must(t, "manifests"))[issuerSecret]
	if after.Spec.EncryptedData["tls.key"] == before.Spec.EncryptedData["tls.key"] {
		t.Error("nothing was encrypted anew")
	}
	secret, err := again.unseal(t, after)
	if err != nil {
		t.Fatal(err)
	}
	checkPair(t, secret.Data["tls.crt"], secret.Data["tls.key"])
}

// TestNoKeyNeeded: rendering, moving on and looking need neither kubeseal nor
// the certificate.
func TestNoKeyNeeded(t *testing.T) {
	m := newMesh(t, newController(t, time.Hour), "kubernetes.io/tls")
	m.must(t, append([]string{"start", "anchor"}, everything...)...)
	m.env = []string{"PATH=/absent"}
	if err := os.Remove(filepath.Join(m.dir, "sealing.crt")); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"manifests"}, append([]string{"advance"}, everything...), {"manifests"}, {"status"}, {"prove"}} {
		m.must(t, args...)
	}
	m.refused(t, "custody-no-open", "manifests", "--with-keys")
}

// refused: the command fails with the code, writes nothing to stdout, and leaves
// every file as it was.
func (m *mesh) refused(t *testing.T, code string, args ...string) {
	t.Helper()
	before := m.files(t)
	out, talk, err := m.run(t, args...)
	if err == nil || out != "" || !strings.Contains(talk, "explain "+code) {
		t.Errorf("%v (%v), %d bytes on stdout: %s", args, err, len(out), talk)
	}
	if after := m.files(t); !maps.Equal(before, after) {
		t.Errorf("%v changed files", args)
	}
}

// issuerKey is the path of the signing issuer's key file.
func (m *mesh) issuerKey(t *testing.T) string {
	t.Helper()
	for path, text := range m.keyFiles(t) {
		if strings.Contains(text, "name: "+issuerSecret) {
			return filepath.Join(m.dir, path)
		}
	}
	t.Fatal("no key file of the issuer")
	return ""
}

// flip changes one bit in the middle of the ciphertext, which stays base64.
func flip(text string) string {
	before, value, after := around(text)
	raw, _ := base64.StdEncoding.DecodeString(value)
	raw[len(raw)/2] ^= 1
	return before + base64.StdEncoding.EncodeToString(raw) + after
}

// cutValue leaves the RSA part of the ciphertext only.
func cutValue(text string) string {
	before, value, after := around(text)
	raw, _ := base64.StdEncoding.DecodeString(value)
	return before + base64.StdEncoding.EncodeToString(raw[:258]) + after
}

func around(text string) (before, value, after string) {
	before, rest, _ := strings.Cut(text, "tls.key: ")
	value, after, _ = strings.Cut(rest, "\n")
	return before + "tls.key: ", value, "\n" + after
}

func withoutLine(text, holds string) string {
	var kept strings.Builder
	for line := range strings.Lines(text) {
		if !strings.Contains(line, holds) {
			kept.WriteString(line)
		}
	}
	return kept.String()
}
