package repo

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
)

// ErrMissing says that an object is not in this clone, as in a partial one.
var ErrMissing = errors.New("the object is not in this clone")

// ErrTooLarge says that a file is larger than what is read of its kind.
var ErrTooLarge = errors.New("too large")

// Content is an object that is being read. Text ends with the object, and is
// only good during the call that was given it.
type Content struct {
	Kind string // "blob", "commit" or "tag"
	Size int64
	Text io.Reader
}

// Contents calls f for each object in the order given, all through one process.
// Nothing is kept of them: an object may be larger than the memory. What f does
// not read is passed over; an object that is not here is [ErrMissing], and ends
// the reading, as does an error of f.
func (r *Repo) Contents(objects []string, f func(i int, c Content) error) error {
	return r.contents(objects, false, f)
}

// contents is Contents, or passes over what is not here.
func (r *Repo) contents(objects []string, partial bool, f func(i int, c Content) error) error {
	if len(objects) == 0 {
		return nil
	}
	// Git keeps files up to core.bigFileThreshold (512 MiB) in memory as a whole,
	// and maps up to core.packedGitWindowSize (1 GiB) of a pack at once.
	c := call{dir: r.Top, wait: longPatience, settings: []child.Setting{{"core.bigFileThreshold", "8m"}, {"core.packedGitWindowSize", "16m"},
		{"core.packedGitLimit", "64m"}}}
	return c.read(strings.NewReader(strings.Join(objects, "\n")+"\n"), func(reader *bufio.Reader) error {
		for i := range objects {
			if err := oneContent(reader, i, f); err != nil && !(partial && errors.Is(err, ErrMissing)) {
				return err
			}
		}
		return nil
	}, "cat-file", "--batch")
}

// oneContent reads "OBJECT KIND SIZE", the content and a line end.
func oneContent(reader *bufio.Reader, i int, f func(i int, c Content) error) error {
	head, err := reader.ReadString('\n')
	if err != nil {
		return fmt.Errorf("git cat-file ended early: %w", err)
	}
	var object string
	var c Content
	if n, _ := fmt.Sscanf(head, "%s %s %d", &object, &c.Kind, &c.Size); n < 3 {
		return fmt.Errorf("%w: %s", ErrMissing, strings.TrimSpace(head))
	}
	text := &io.LimitedReader{R: reader, N: c.Size}
	c.Text = text
	if err := f(i, c); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, text); err != nil {
		return err
	}
	if text.N > 0 {
		return io.ErrUnexpectedEOF
	}
	_, err = reader.Discard(1)
	return err
}

// Read gives the text of a regular file of at most limit bytes.
func (r *Repo) Read(e Entry, limit int64) (text []byte, err error) {
	err = r.Contents([]string{e.Object}, func(_ int, c Content) error {
		if c.Size > limit {
			return fmt.Errorf("%w: %d bytes, at most %d are read", ErrTooLarge, c.Size, limit)
		}
		text, err = io.ReadAll(c.Text)
		return err
	})
	return text, err
}
