package repo

import (
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
)

// SelfSigned reports whether a signature was made over a text, for a namespace, by the
// key that it names itself. Whose key that is, it does not say.
func SelfSigned(text, signature []byte, namespace string) (bool, error) {
	dir, err := os.MkdirTemp("", "l5d-pki-render-signed-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "signature")
	if err := os.WriteFile(file, signature, 0o600); err != nil {
		return false, err
	}
	_, err = keygen(child.Judging, text, "-Y", "check-novalidate", "-n", namespace, "-s", file)
	return err == nil, refused(err)
}
