package pack

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/audit"
	"github.com/l5d-pki/l5d-pki-render/internal/evidence"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Anchors are what a pack is checked against; what is "" is not asked for.
type Anchors struct {
	// Head is the SHA-256 of head.json, in hex.
	Head string
	// Signers is an allowed_signers file.
	Signers string
	// Commit is a revision of the repository that the pack is in.
	Commit string
	// State is a state file whose log the pack has to cover.
	State string
	// Unanchored: that the parts fit each other is all that is asked for.
	Unanchored bool
	// Now is when keys have to be valid.
	Now time.Time
}

// Verify checks a pack and returns the verdict in words.
func Verify(dir string, a Anchors) ([]byte, error) {
	pack, err := read(dir)
	if err != nil {
		return nil, err
	}
	c, err := audit.Check(pack)
	if err != nil {
		return nil, problem.Of(err).Under(dir).Err()
	}
	if err := intactSignatures(c, dir); err != nil {
		return nil, err
	}
	var by []string
	for _, check := range []func() (string, error){
		func() (string, error) { return a.named(c, dir) },
		func() (string, error) { return a.committed(c, pack, dir) },
		func() (string, error) { return a.signed(c, dir) },
	} {
		confirmed, err := check()
		if err != nil {
			return nil, err
		}
		if confirmed != "" {
			by = append(by, confirmed)
		}
	}
	if a.State != "" {
		s, err := statefile.Load(a.State)
		if err != nil {
			return nil, err
		}
		if err := c.Covers(s); err != nil {
			return nil, problem.Of(err).In(dir).Err()
		}
	}
	if len(by) == 0 && !a.Unanchored {
		return nil, problem.AuditUnanchored.With(len(c.Moves)).In(dir)
	}
	return a.verdict(c, by), nil
}

// verdict says what was found, and what it does not show.
func (a Anchors) verdict(c *audit.Checked, by []string) []byte {
	first, last := c.Moves[0].Entry, c.Moves[len(c.Moves)-1].Entry
	what := fmt.Sprintf("%s about rotation %s, from %s to %s (epoch %d, %s)", count(len(c.Moves)), sink.Name(c.Rotation), sink.Name(first.At), sink.Name(last.At), last.Epoch, sink.Name(last.Phase))
	if len(by) == 0 {
		return fmt.Appendf(nil, "consistent, not anchored: %s\nOnly the fit of the parts was checked: whoever can write to the directory can have left out the last ones, or made all of them anew.\n", what)
	}
	text := fmt.Sprintf("intact: %s\n", what)
	for _, anchor := range by {
		text += anchor + "\n"
	}
	if a.Head == "" && a.Commit == "" && a.State == "" {
		text += "A signature does not show whether this is the newest pack of that key: compare it with the log, by --state FILE.\n"
	}
	return []byte(text)
}

// intactSignatures refuses signatures that do not fit their file, whoever made them.
func intactSignatures(c *audit.Checked, dir string) error {
	for _, s := range c.Signed {
		good, err := repo.SelfSigned(s.Signable, s.Armor, audit.Namespace)
		if err != nil {
			return base.KeygenProblem(err)
		}
		if !good {
			return problem.AuditSignature.With("the signature does not fit the file").In(filepath.Join(dir, s.File))
		}
	}
	return nil
}

func (a Anchors) named(c *audit.Checked, dir string) (string, error) {
	if a.Head == "" {
		return "", nil
	}
	if !strings.EqualFold(strings.TrimPrefix(a.Head, "sha256:"), c.HeadSHA256) {
		return "", problem.AuditAnchor.With(c.HeadSHA256).In(filepath.Join(dir, audit.HeadFile))
	}
	return "anchor: head.json has the SHA-256 that was named", nil
}

// committed compares the head with that of a commit. It lists the digests of all files.
func (a Anchors) committed(c *audit.Checked, pack map[string][]byte, dir string) (string, error) {
	if a.Commit == "" {
		return "", nil
	}
	if files.LeavesRepository(dir) {
		return "", problem.AuditFiles.With("a symbolic link leads to it, out of the repository that it is named in").In(dir)
	}
	r, err := repo.Open(dir)
	if err != nil {
		return "", base.GitProblem(err)
	}
	name, err := nameIn(r, filepath.Join(dir, audit.HeadFile))
	if err != nil {
		return "", err
	}
	commit, err := r.ResolveOne(a.Commit)
	if ambiguous := (*repo.Ambiguous)(nil); errors.As(err, &ambiguous) {
		return "", base.GitProblem(err)
	}
	if err != nil {
		return "", problem.AuditCommit.With(problem.Shown(a.Commit)).In(dir)
	}
	head, there, err := r.Regular(commit, name, maxFile)
	if err != nil {
		return "", base.GitProblem(err)
	}
	if !there {
		return "", problem.AuditFiles.With(fmt.Sprintf("commit %s has no file %s", commit[:12], sink.Name(name))).In(dir)
	}
	if !bytes.Equal(head, pack[audit.HeadFile]) {
		return "", problem.AuditAnchor.With(c.HeadSHA256).In(filepath.Join(dir, audit.HeadFile))
	}
	return fmt.Sprintf("anchor: head.json is as in commit %s of %s", commit, sink.Name(r.Top)), nil
}

// signed wants a signature of a listed key on every file.
func (a Anchors) signed(c *audit.Checked, dir string) (string, error) {
	if a.Signers == "" {
		return "", nil
	}
	list, err := files.Read(a.Signers, statefile.MaxSize)
	if err != nil {
		return "", err
	}
	keys := evidence.SignersFor(list, audit.Namespace)
	if len(keys) == 0 {
		return "", problem.AuditSignature.With("the list has no key that may sign a pack").In(a.Signers)
	}
	if len(c.Unsigned) > 0 {
		return "", problem.AuditSignature.With("the file is not signed").In(filepath.Join(dir, c.Unsigned[0]))
	}
	var who []string
	for _, s := range c.Signed {
		signer, err := repo.TextSigner(s.Signable, s.Armor, keys, audit.Namespace, a.Now)
		if err != nil {
			return "", base.KeygenProblem(err)
		}
		if signer == "" {
			return "", problem.AuditSignature.With("no listed key has signed the file").In(filepath.Join(dir, s.File))
		}
		if !slices.Contains(who, sink.Name(signer)) {
			who = append(who, sink.Name(signer))
		}
	}
	return "anchor: signed by " + strings.Join(who, "; "), nil
}
