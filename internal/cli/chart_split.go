package cli

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
	"github.com/l5d-pki/l5d-pki-render/internal/chartphase"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// chartHeader is the first line of every file that --split writes: whose it is.
// It has no version, so that an update of the chart changes what it changes.
func chartHeader(answer exchange.Answer) string {
	return fmt.Sprintf("# l5d-pki-render: chart %s, release %s in %s; written by the tool, edits are lost\n", answer.Name, answer.Release, answer.Namespace)
}

// splitFiles gives each object a file: Kind_namespace_name.yaml. Objects of one
// name (a hook's copy) share it, in their order.
func splitFiles(answer exchange.Answer, stream []byte) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, text := range chartphase.Split(stream) {
		o, err := chartphase.ObjectOf(text)
		if err == nil && o.Kind == "" && chartphase.OnlyComments(text) {
			continue
		}
		if err == nil && (o.Kind == "" || o.Metadata.Name == "") {
			err = errors.New("it has no kind or no name")
		}
		if err != nil {
			return nil, problem.ChartSplitName.With(answer.Name, err)
		}
		name := fileName(o)
		if files[name] == nil {
			files[name] = []byte(chartHeader(answer))
		} else {
			files[name] = append(files[name], "---\n"...)
		}
		files[name] = append(files[name], text...)
	}
	return files, nil
}

// fileName of an object. What could leave the folder or trouble a file system
// is written as %XX; "_" too, since it separates.
func fileName(o chartphase.Object) string {
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

// writeSplit brings a folder to the files: what the header owns and is no longer
// there goes, what others own is never touched.
func (a *app) writeSplit(folder, header string, files map[string][]byte, mode os.FileMode) error {
	stale, changed, err := comparedTo(folder, header, files)
	if err != nil {
		return err
	}
	var all []syncFile
	var problems problem.List
	for _, name := range append(changed, stale...) {
		path := filepath.Join(folder, name)
		f := syncFile{name: path, target: path, want: files[name], mode: mode}
		problems.Add(checkPlace(path))
		if mode == plainMode && holdsSecret(f.want) {
			f.place = plainPlace
			problems.Add(plainPlace(path))
		}
		all = append(all, f)
	}
	if err := problems.Err(); err != nil {
		return err
	}
	if err := a.replaceAll(all); err != nil {
		return err
	}
	fmt.Fprintf(&a.talk, "note: %s: %d files written, %d removed, %d unchanged\n", folder, len(changed), len(stale), len(files)-len(changed))
	return nil
}

// comparedTo says which owned files are stale and which files change. All files
// that others own and that are in the way are reported together.
func comparedTo(folder, header string, files map[string][]byte) (stale, changed []string, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, problem.CLIRead.With(reason(err)).In(folder).Because(err)
	}
	var problems problem.List
	same := map[string]bool{}
	for _, entry := range entries {
		path := filepath.Join(folder, entry.Name())
		wanted, inWay := files[entry.Name()]
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
	for _, name := range slices.Sorted(maps.Keys(files)) {
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
	data, err := readFile(path, maxOwned)
	return data, err == nil && bytes.HasPrefix(data, []byte(header))
}
