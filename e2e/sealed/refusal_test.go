package sealed

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// begun is a repository with a first PKI in custody sops, committed.
func begun(t *testing.T) *repository {
	t.Helper()
	r := newRepository(t)
	r.write(t, ".sops.yaml", "creation_rules:\n- {path_regex: ^keys/, age: "+r.recipient+"}\n")
	r.must(t, "", "l5d-pki-render", "init", "--new", "--linkerd-version", "edge-25.10.7", "--custody", "sops")
	r.commit(t, "init")
	return r
}

// refused runs a command that has to fail with a code, leave stdout empty and the
// repository as it was.
func (r *repository) refused(t *testing.T, what, code string, env []string, args ...string) {
	t.Helper()
	before := r.must(t, "", "git", "status", "--porcelain")
	out, talk, err := r.run("", env, "l5d-pki-render", args...)
	if err == nil || out != "" || !strings.Contains(talk, "explain "+code+"`") {
		t.Errorf("%s: %v, stdout %q, want %s:\n%s", what, err, out, code, talk)
	}
	if strings.Contains(talk, "PRIVATE KEY") || strings.Contains(talk, "AGE-SECRET") {
		t.Errorf("%s: the message quotes a key", what)
	}
	if after := r.must(t, "", "git", "status", "--porcelain"); after != before {
		t.Errorf("%s: half-written: %s", what, after)
	}
}

// issuerFile finds the key file of the issuer.
func (r *repository) issuerFile(t *testing.T) string {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(r.keyFiles(t, "keys"))) {
		if strings.Contains(r.read(t, "keys/"+name), "name: linkerd-identity-issuer") {
			return "keys/" + name
		}
	}
	t.Fatal("no key file of the issuer")
	return ""
}

// TestRefusals: each way to go wrong with sops has its own sentence, and leaves
// nothing half-written.
func TestRefusals(t *testing.T) {
	r := begun(t)
	file := r.issuerFile(t)
	whole := r.read(t, file)
	withKeys := []string{"manifests", "--with-keys"}
	own := []string{"SOPS_AGE_KEY_FILE=" + r.identity}
	stranger := filepath.Join(t.TempDir(), "stranger.txt")
	r.must(t, "", "age-keygen", "-o", stranger)

	r.refused(t, "no identity", "custody-other-identity", nil, withKeys...)
	r.refused(t, "an identity that is gone", "cli-read", []string{"SOPS_AGE_KEY_FILE=/nowhere/identity.txt"}, withKeys...)
	elsewhere := "cd / && SOPS_AGE_KEY_FILE=" + strings.TrimPrefix(r.identity, "/") + " l5d-pki-render manifests --with-keys -s " + filepath.Join(r.dir, "rotation.yaml")
	if out := r.must(t, "", "sh", "-c", elsewhere); !strings.Contains(out, "kind: Secret\n") {
		t.Errorf("a path from where the command runs: %s", out)
	}
	r.refused(t, "a stranger's identity", "custody-other-identity", []string{"SOPS_AGE_KEY_FILE=" + stranger}, withKeys...)
	r.refused(t, "the flag's stranger", "custody-other-identity", own, append(slices.Clone(withKeys), "--identity", stranger)...)
	r.refused(t, "sops missing: reading", "custody-no-program", append(own, "L5D_PKI_SOPS_PROGRAM=/nowhere/sops"), withKeys...)
	r.refused(t, "sops missing: start", "custody-no-program", []string{"PATH=/usr/bin:/bin"}, "start", "anchor", "--strategy", "bundle")
	r.refused(t, "sops missing: webhooks", "custody-no-program", []string{"PATH=/usr/bin:/bin"}, "start", "webhooks")

	for name, change := range map[string]struct{ code, text string }{
		"a changed ciphertext": {"custody-tampered", changed(whole, "tls.key: ENC[AES256_GCM,data:")},
		"a changed MAC":        {"custody-tampered", changed(whole, "mac: ENC[AES256_GCM,data:")},
		"cut off":              {"custody-no-sops-file", whole[:strings.Index(whole, "sops:")]},
		"cut off in the MAC":   {"custody-no-sops-file", whole[:strings.Index(whole, "    mac:")]},
		"another issuer's":     {"custody-other-key", strings.Replace(whole, "spki-sha256: ", "spki-sha256: f00d", 1)},
		"a key in clear":       {"custody-no-sops-file", "kind: Secret\n"},
	} {
		r.write(t, file, change.text)
		args := withKeys
		if change.code == "custody-other-key" {
			args = []string{"manifests"}
		}
		r.refused(t, name, change.code, own, args...)
		r.write(t, file, whole)
	}
	if err := os.Remove(filepath.Join(r.dir, file)); err != nil {
		t.Fatal(err)
	}
	r.refused(t, "a key file that is lost", "custody-key-file-missing", own, withKeys...)
}

// changed flips one character behind a mark.
func changed(text, mark string) string {
	i := strings.Index(text, mark) + len(mark) + 3
	flipped := byte('A')
	if text[i] == flipped {
		flipped = 'B'
	}
	return text[:i] + string(flipped) + text[i+1:]
}

// TestCreationRules: the user's rules choose the recipients; rules that would
// encrypt the certificates too are overruled, or refused before anything is written.
func TestCreationRules(t *testing.T) {
	for name, c := range map[string]struct{ rule, code string }{
		"data of Secrets": {"encrypted_regex: ^(data|stringData)$", ""},
		"without mac":     {"mac_only_encrypted: false", ""},
		"a suffix":        {"unencrypted_suffix: _plain", "custody-program"},
		"all but":         {"unencrypted_regex: ^(kind|metadata)$", "custody-program"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepository(t)
			r.write(t, ".sops.yaml", "creation_rules:\n- {path_regex: ^keys/, "+c.rule+", age: "+r.recipient+"}\n")
			args := []string{"init", "--new", "--linkerd-version", "edge-25.10.7", "--custody", "sops"}
			if c.code != "" {
				r.refused(t, name, c.code, nil, args...)
				return
			}
			r.must(t, "", "l5d-pki-render", args...)
			text := r.read(t, r.issuerFile(t))
			if strings.Count(text, "ENC[AES256_GCM,") != 3 || !strings.Contains(text, "tls.crt: LS0t") || !strings.Contains(text, "mac_only_encrypted: true") {
				t.Errorf("encrypted is:\n%s", text)
			}
		})
	}
	t.Run("no rule for the path", func(t *testing.T) {
		r := newRepository(t)
		r.write(t, ".sops.yaml", "creation_rules:\n- {path_regex: ^other/, age: "+r.recipient+"}\n")
		r.refused(t, "no rule", "custody-program", nil, "init", "--new", "--linkerd-version", "edge-25.10.7", "--custody", "sops")
	})
}

// TestRewrap: new recipients can open every file, old ones none, all or nothing;
// and a custody can be changed for another.
func TestRewrap(t *testing.T) {
	r := begun(t)
	second := filepath.Join(t.TempDir(), "second.txt")
	r.must(t, "", "age-keygen", "-o", second)
	next := strings.TrimSpace(r.must(t, "", "age-keygen", "-y", second))
	r.write(t, ".sops.yaml", "creation_rules:\n- {path_regex: ^keys/, age: "+next+"}\n")
	r.commit(t, "a new recipient")
	r.refused(t, "the new one opens nothing yet", "custody-other-identity", nil, "custody", "rewrap", "--identity", second)
	said := r.must(t, "", "l5d-pki-render", "custody", "rewrap", "--identity", r.identity)
	if strings.Count(said, next+"; before: "+r.recipient) != 5 {
		t.Errorf("rewrap says:\n%s", said)
	}
	r.commit(t, "rewrapped")
	r.refused(t, "the old one opens nothing any more", "custody-other-identity", nil, "manifests", "--with-keys", "--identity", r.identity)
	r.must(t, "", "l5d-pki-render", "manifests", "--with-keys", "--identity", second)

	// From sops to age: files with other names, which age itself opens.
	r.write(t, "rotation.yaml", strings.Replace(r.read(t, "rotation.yaml"), "kind: sops", "kind: age\n    recipients:\n    - "+r.recipient, 1))
	r.must(t, "", "l5d-pki-render", "custody", "rewrap", "--from", "sops", "--identity", second)
	for name := range r.keyFiles(t, "keys") {
		if strings.HasSuffix(name, ".sops.yaml") {
			if err := os.Remove(filepath.Join(r.dir, "keys", name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, k := range r.named(t) {
		paired(t, k.Key, k.Certificate, r.must(t, "", "age", "-d", "-i", r.identity, k.Key))
	}
	r.must(t, "", "l5d-pki-render", "lint")
}
