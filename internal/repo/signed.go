package repo

import (
	"os"
	"strings"
	"time"
)

// verifying makes git check SSH signatures with the ssh-keygen of the PATH
// whatever a configuration says, fail on signatures of other kinds, and read
// commits as they are, not their replacements.
var verifying = []string{
	"-c", "core.useReplaceRefs=false", "-c", "gpg.minTrustLevel=fully", "-c", "gpg.ssh.program=ssh-keygen",
	"-c", "gpg.program=false", "-c", "gpg.openpgp.program=false", "-c", "gpg.x509.program=false",
}

// Signer returns who signed a commit: the principal and the fingerprint of the
// SSH key, both from allowed, which is the text of an allowed_signers file
// (ssh-keygen(1)). It is "" where none of its keys did, or only one that does not
// count now, whatever date the commit has. Needs Git 2.34.
func (r *Repo) Signer(commit string, allowed []byte, now time.Time) (string, error) {
	file, err := os.CreateTemp("", "l5d-pki-render-signers-")
	if err != nil {
		return "", err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(validAt(allowed, now))
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return "", err
	}
	with := append(append([]string{}, verifying...), "-c", "gpg.ssh.allowedSignersFile="+file.Name())
	if _, err := r.git(append(with, "verify-commit", commit)...); err != nil {
		return "", nil // not signed, or not by one of them
	}
	out, err := r.git(append(with, "show", "--no-patch", "--no-show-signature", "--format=%G?%n%GS%n%GF", commit)...)
	lines := strings.Split(out, "\n")
	if err != nil || len(lines) != 3 || lines[0] != "G" {
		return "", err
	}
	return lines[1] + ", key " + lines[2], nil
}
