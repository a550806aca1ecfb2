package cli

import (
	"path/filepath"
	"testing"
)

// sopsStub seals as sops does to the eye, and opens as script says.
func sopsStub(t *testing.T, script string) string {
	t.Helper()
	return stubProgram(t, `case "$*" in
*encrypt*) sed 's/^\( *\(tls\.key\|key\.pem\)\): .*/\1: ENC[AES256_GCM,data:eA==,iv:\2,tag:eA==,type:str]/; s/iv:tls\.key/iv:eA==/; s/iv:key\.pem/iv:eQ==/'
printf '%s\n' 'sops:' '  mac_only_encrypted: true' '  encrypted_regex: ^(tls\.key|key\.pem)$' '  mac: x' ;;
*) `+script+` ;;
esac`)
}

// TestLeaksSOPS: canary keys with a sops that tells what it was given to seal and
// what it has opened, whole and in parts.
func TestLeaksSOPS(t *testing.T) {
	w := newLeakWorld(t)
	stream := readFixture(t, "rotation", "input.yaml")
	w.twin("start", "issuer")
	w.setCustody("custody: {kind: sops}")
	key, issuer := filepath.Join(w.plain, "2026.key"), filepath.Join(w.plain, "2026-1.key")
	for name, script := range map[string]string{
		"tells all":     `cat >&2; exit 1`,
		"in one line":   `tr '\n' ' ' >&2; exit 1`,
		"behind a word": `sed -n 's/.*tls.key: /bad value: /p' >&2; exit 1`,
		"in clear":      `sed -n 's/.*tls.key: //p' | base64 -d | tr '\n' ' ' >&2; exit 1`,
		"a part of it":  `sed -n 's/.*tls.key: //p' | base64 -d | sed -n '2p' | cut -c3-60 >&2; exit 1`,
		"as its output": `cat`,
	} {
		env := map[string]string{"L5D_PKI_SOPS_PROGRAM": stubProgram(t, script)}
		for _, args := range [][]string{{"custody", "rewrap", "--from", "file"}, {"start", "issuer", "--outgoing-key", key}} {
			if r := w.watch(false, env, "", args...); r.code == ExitDone {
				t.Errorf("%s: %v took what it said", name, args)
			}
		}
	}
	seals := map[string]string{"L5D_PKI_SOPS_PROGRAM": sopsStub(t, "exit 128")}
	if r := w.watch(false, seals, "", "custody", "rewrap", "--from", "file"); r.code != ExitDone {
		t.Fatalf("rewrap: %s", r.stderr)
	}
	w.watch(false, seals, stream, "post-render")
	w.watch(false, seals, "", "manifests")
	for _, script := range []string{
		"cat " + issuer + " >&2; exit 128", "cat " + issuer + " >&2; exit 1", "cat " + issuer, // no YAML
		`printf 'data: {tls.key: %s' "$(base64 -w0 ` + issuer + `)"`, // cut off
		`printf 'data: {tls.key: %s}' "$(base64 -w0 ` + key + `)"`,   // another's key
		`printf 'data: {tls.key: {a: %s}}' "$(base64 -w0 ` + issuer + `)"`,
	} {
		env := map[string]string{"L5D_PKI_SOPS_PROGRAM": sopsStub(t, script)}
		for _, args := range [][]string{{"manifests", "--with-keys"}, {"values", "--layout", "embedded", "--with-keys"}, {"prove", "--handshakes"}} {
			if r := w.watch(false, env, "", args...); r.code == ExitDone && args[0] != "prove" {
				t.Errorf("%s: %v took it", script, args)
			}
		}
		w.watch(false, env, stream, "post-render", "--with-keys")
		w.watch(false, env, "", "custody", "rewrap", "--from", "sops")
	}
	w.watchEverywhere(seals)
}
