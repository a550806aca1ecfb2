package chartphase

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// maxOwned is the largest file that is compared, in bytes.
const maxOwned = 64 << 20

// WriteDirectory writes a stream as one file per object into a directory. It removes what
// the same release left there and no longer has, and touches no file of others.
func WriteDirectory(w files.Writer, directory string, answer exchange.Answer, stream []byte, mode os.FileMode) error {
	split, err := splitFiles(answer, stream)
	if err != nil {
		return err
	}
	return writeOwned(w, directory, chartHeader(answer), split, mode)
}

// chartHeader is the first line of every file that --split writes: whose it is.
// It has no version, so that an update of the chart changes what it changes.
func chartHeader(answer exchange.Answer) string {
	return fmt.Sprintf("# l5d-pki-render: chart %s, release %s in %s; written by the tool, edits are lost\n", answer.Name, answer.Release, answer.Namespace)
}

// splitFiles gives each object a file: Kind_namespace_name.yaml. Objects of one
// name (a hook's copy) share it, in their order.
func splitFiles(answer exchange.Answer, stream []byte) (map[string][]byte, error) {
	split := map[string][]byte{}
	for _, text := range Split(stream) {
		o, err := ObjectOf(text)
		if err == nil && o.Kind == "" && OnlyComments(text) {
			continue
		}
		if err == nil && (o.Kind == "" || o.Metadata.Name == "") {
			err = errors.New("it has no kind or no name")
		}
		if err != nil {
			return nil, problem.ChartSplitName.With(answer.Name, err)
		}
		name := fileName(o)
		if split[name] == nil {
			split[name] = []byte(chartHeader(answer))
		} else {
			split[name] = append(split[name], "---\n"...)
		}
		split[name] = append(split[name], text...)
	}
	return split, nil
}

// fileName of an object. What could leave the folder or trouble a file system
// is written as %XX; "_" too, since it separates.
func fileName(o Object) string {
	parts := []string{escape(o.Kind)}
	if o.Metadata.Namespace != "" {
		parts = append(parts, escape(o.Metadata.Namespace))
	}
	return strings.Join(append(parts, escape(o.Metadata.Name)), "_") + ".yaml"
}

func escape(part string) string {
	var b strings.Builder
	for i := range len(part) {
		c := part[i]
		plain := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.'
		if plain {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// writeOwned brings a directory to these files: what the header owns and is no longer
// there goes, what others own is never touched.
func writeOwned(w files.Writer, directory, header string, wanted map[string][]byte, mode os.FileMode) error {
	stale, changed, err := comparedTo(directory, header, wanted)
	if err != nil {
		return err
	}
	var all []files.Change
	var problems problem.List
	for _, name := range append(changed, stale...) {
		path := filepath.Join(directory, name)
		c := files.Change{Name: path, Target: path, Data: wanted[name], Mode: mode}
		problems.Add(files.CheckPlace(path))
		if mode == keyfile.PlainMode && len(secret.Find(c.Data)) > 0 {
			c.Place = keyfile.PlainPlace
			problems.Add(keyfile.PlainPlace(path))
		}
		all = append(all, c)
	}
	if err := problems.Err(); err != nil {
		return err
	}
	if err := w.ReplaceTargets(all); err != nil {
		return err
	}
	sink.Note(w.Notes, "%s: %s written, %d removed, %d unchanged", directory, problem.Counted(len(changed), "file"), len(stale), len(wanted)-len(changed))
	return nil
}

// comparedTo says which owned files are stale and which files change. All files
// that others own and that are in the way are reported together.
func comparedTo(directory, header string, all map[string][]byte) (stale, changed []string, err error) {
	entries, err := os.ReadDir(directory)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, files.Unread(directory, err)
	}
	var problems problem.List
	same := map[string]bool{}
	for _, entry := range entries {
		path := filepath.Join(directory, entry.Name())
		wanted, inWay := all[entry.Name()]
		have, owned := readOwned(path, entry, header)
		switch {
		case !owned && inWay:
			problems.Add(problem.ChartForeignFile.With().In(path))
		case owned && !inWay:
			stale = append(stale, entry.Name())
		case owned:
			same[entry.Name()] = bytes.Equal(have, wanted)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !same[name] {
			changed = append(changed, name)
		}
	}
	return stale, changed, problems.Err()
}

// readOwned reads a file that begins with the header. Links, folders and
// everything else are not owned.
func readOwned(path string, entry fs.DirEntry, header string) ([]byte, bool) {
	if !entry.Type().IsRegular() || !strings.HasSuffix(entry.Name(), ".yaml") {
		return nil, false
	}
	data, err := files.Read(path, maxOwned)
	return data, err == nil && bytes.HasPrefix(data, []byte(header))
}
