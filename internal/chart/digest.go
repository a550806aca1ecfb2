package chart

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"helm.sh/helm/v3/pkg/chart/loader"
)

// digestForm is how a digest is written: the algorithm, then lower-case hex.
var digestForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// archiveDigest is over the archive's bytes, as `sha256sum` and repositories' indexes have it.
func archiveDigest(data []byte) string {
	return fmt.Sprintf("sha256:%x", sha256.Sum256(data))
}

// treeDigest is over one line per file, "<sha256 of the file>  <name>", sorted
// by name: what `sha256sum` prints of the folder's files, hashed once more.
// Files that .helmignore names are not part of the chart.
func treeDigest(files []*loader.BufferedFile) string {
	lines := make([]string, len(files))
	for i, f := range files {
		sum := sha256.Sum256(f.Data)
		lines[i] = f.Name + "\x00" + hex.EncodeToString(sum[:])
	}
	slices.Sort(lines)
	var text strings.Builder
	for _, line := range lines {
		name, sum, _ := strings.Cut(line, "\x00")
		fmt.Fprintf(&text, "%s  %s\n", sum, name)
	}
	return archiveDigest([]byte(text.String()))
}

// checkDigest refuses another digest than the expected one; "" expects none. With hide the
// error has the expected one only.
func checkDigest(have, want string, hide bool) error {
	switch {
	case want == "" || have == want:
		return nil
	case !digestForm.MatchString(want):
		return problem.ChartBadDigest.With(want)
	case hide:
		return problem.ChartOtherDigest.With(want)
	}
	return problem.ChartDigest.With(have, want)
}
