// Package pack writes the audit trail of a state file, from its versions in Git, and
// checks one against what is outside of it: a digest, a commit, a key, a state.
package pack

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/audit"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// maxFile is the largest file of a pack that is read, in bytes.
const maxFile = 16 << 20

// Request says what to pack.
type Request struct {
	// State and Dir are paths as the user names them.
	State, Dir string
	// Key is the SSH key that signs; "" leaves the pack unsigned.
	Key string
	// Reviews is an export of pull requests; "" if there is none.
	Reviews string
}

// Write writes a pack and returns the line that `sha256sum -c` checks its head by.
func Write(r Request, w files.Writer) ([]byte, error) {
	payloads, rotation, err := payloadsOf(r, w.Notes)
	if err != nil {
		return nil, err
	}
	for i, payload := range payloads {
		if len(secret.Find(payload)) > 0 {
			return nil, problem.AuditKey.With(i + 1)
		}
	}
	pack, err := audit.Files(rotation, payloads, signer(r.Key))
	if err != nil {
		return nil, err
	}
	if _, err := audit.Check(pack); err != nil { // what is written can be verified
		return nil, err
	}
	changes, err := changesIn(r.Dir, pack)
	if err != nil {
		return nil, err
	}
	if err := w.ReplaceTargets(changes); err != nil {
		return nil, err
	}
	head := filepath.Join(r.Dir, audit.HeadFile)
	sink.Note(w.Notes, "%s. Keep the digest where nobody who can write to %s can change it.", count(len(payloads)), r.Dir)
	return fmt.Appendf(nil, "%s  %s\n", audit.Sum(pack[audit.HeadFile]), filepath.ToSlash(head)), nil
}

func count(statements int) string {
	if statements == 1 {
		return "1 statement"
	}
	return fmt.Sprintf("%d statements", statements)
}

// signer signs with an SSH key; nil without one.
func signer(key string) audit.Sign {
	if key == "" {
		return nil
	}
	return func(signable []byte) ([]byte, error) {
		armored, err := repo.SignText(key, audit.Namespace, signable)
		if err != nil {
			return nil, base.KeygenProblem(err)
		}
		return armored, nil
	}
}

// ofPack matches the names of a pack's files.
var ofPack = lazy.New(`^(head|[0-9]{4,})\.json$`)

// changesIn are the changes that make a directory the pack: statements of an older,
// longer one are removed.
func changesIn(dir string, pack map[string][]byte) ([]files.Change, error) {
	if err := files.CheckPlace(filepath.Join(dir, audit.HeadFile)); err != nil {
		return nil, err
	}
	var changes []files.Change
	add := func(name string, data []byte) {
		path := filepath.Join(dir, name)
		changes = append(changes, files.Change{Name: path, Target: path, Data: data, Mode: 0o644})
	}
	old, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, files.Unread(dir, err)
	}
	for _, e := range old {
		if err := regular(e); err != nil {
			return nil, problem.Of(err).In(dir).Err()
		}
		if !ofPack.MatchString(e.Name()) {
			return nil, problem.AuditFiles.With(fmt.Sprintf("%q does not belong to one", e.Name())).In(dir)
		}
		if _, stays := pack[e.Name()]; !stays {
			add(e.Name(), nil)
		}
	}
	for i := range len(pack) - 1 {
		add(audit.StatementFile(i+1), pack[audit.StatementFile(i+1)])
	}
	add(audit.HeadFile, pack[audit.HeadFile])
	return changes, nil
}

// regular refuses links, directories and other things among the files of a pack.
func regular(e fs.DirEntry) error {
	if e.Type().IsRegular() {
		return nil
	}
	return problem.AuditFiles.With(fmt.Sprintf("%q is not a regular file", e.Name()))
}

// read reads the files of a pack, and follows no link.
func read(dir string) (map[string][]byte, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, files.Unread(dir, err)
	}
	defer root.Close()
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, files.Unread(dir, err)
	}
	all := map[string][]byte{}
	for _, e := range entries {
		if err := regular(e); err != nil {
			return nil, problem.Of(err).In(dir).Err()
		}
		if all[e.Name()], err = files.ReadIn(root, e.Name(), maxFile); err != nil {
			return nil, err
		}
	}
	return all, nil
}
