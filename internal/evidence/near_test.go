package evidence

import "testing"

// TestNearMiss: a line that was meant for evidence and does not count is found; a line
// that counts, or is about something else, is none.
func TestNearMiss(t *testing.T) {
	for _, line := range []string{
		`ci@example.com namespaces="l5d-pki-*" ssh-ed25519 AAAA`,
		`ci@example.com namespaces="*" ssh-ed25519 AAAA`,
		`ci@example.com namespaces="l5d?pki-e*" ssh-ed25519 AAAA`,
		`ci@example.com namespaces="!git,*" ssh-ed25519 AAAA`,
		`ci@example.com namespaces="git, l5d-pki-evidence" ssh-ed25519 AAAA`,
		`ci@example.com namespaces="git",namespaces="l5d-pki-evidence" ssh-ed25519 AAAA`,
		`ci@example.com namespaces=l5d-pki-evidence ssh-ed25519 AAAA`,
		`ci@example.com namespaces="L5D-PKI-Evidence" ssh-ed25519 AAAA`,
		`ci@example.com namespace="l5d-pki-evidence" ssh-ed25519 AAAA`,
		`namespaces="l5d-pki-evidence" ssh-ed25519 AAAA`,
		"c\x00i\x00 \x00n\x00a\x00m\x00e\x00s\x00p\x00a\x00c\x00e\x00s\x00=\x00",
		"\xff\xfec\x00i\x00",
	} {
		if got := NearMiss([]byte("# keys\n" + line + "\n")); got != 2 {
			t.Errorf("line %d: %s", got, line)
		}
	}
	for _, line := range []string{
		"", `# ci namespaces="l5d-pki-*" ssh-ed25519 AAAA`,
		`ci@example.com ssh-ed25519 AAAA`,
		`ci@example.com namespaces="git" ssh-ed25519 AAAA l5d-pki-evidence`,
		`l5d-pki@example.com namespaces="git" ssh-ed25519 AAAA`,
		`ci@example.com namespaces="git*,x[*" ssh-ed25519 AAAA`,
		`ci@example.com namespaces="*,!l5d-*" ssh-ed25519 AAAA`,
		`ci@example.com namespaces="git,l5d-pki-evidence" ssh-ed25519 AAAA`,
	} {
		if got := NearMiss([]byte(line + "\n")); got != 0 {
			t.Errorf("line %d: %s", got, line)
		}
	}
}
