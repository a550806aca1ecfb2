package state

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// conflictMarkers lists the lines that Git's merge left in the text ("4, 9, 17"),
// or "" if there are none. One is enough: a person may have removed the others. A line of "=" counts only
// beside another marker, since texts underline headings with it.
func conflictMarkers(data []byte) string {
	var lines []string
	sure := false
	number := 0
	for line := range bytes.Lines(data) {
		number++
		line = bytes.TrimRight(line, "\r\n")
		for _, marker := range []string{"<<<<<<<", "|||||||", ">>>>>>>"} {
			if rest, found := bytes.CutPrefix(line, []byte(marker)); found && (len(rest) == 0 || rest[0] == ' ') {
				sure = true
				lines = append(lines, strconv.Itoa(number))
			}
		}
		if string(line) == "=======" {
			lines = append(lines, strconv.Itoa(number))
		}
	}
	if !sure {
		return ""
	}
	return strings.Join(lines, ", ")
}

// otherKind gives kind and apiVersion of an object that is not a state: its
// fields would only produce one complaint each. Both must be there: of a state
// with a mistyped kind the other problems are worth reading.
func otherKind(root *manifest.Node) (kind, apiVersion string) {
	kind, apiVersion = root.Get("kind").Value(), root.Get("apiVersion").Value()
	own := strings.HasPrefix(apiVersion, strings.TrimSuffix(APIVersion, "v1alpha1"))
	if kind == "" || apiVersion == "" || kind == Kind || own && kind != "Observation" {
		return "", ""
	}
	return kind, apiVersion
}

// isOther says that a document is no state file; nil if it may be one. One that
// has none of a state's keys is read no further: each key would be a complaint.
func isOther(root *manifest.Node) *problem.Problem {
	if kind, group := otherKind(root); kind != "" {
		return problem.StateOtherKind.With(problem.Article(kind), group)
	}
	if root.Kind() != manifest.Mapping {
		return nil // said in one line anyway
	}
	for _, key := range []string{"apiVersion", "kind", "metadata", "spec", "status"} {
		if root.Get(key) != nil {
			return nil
		}
	}
	return problem.StateNoState.With()
}

// otherStream says of several documents what kind the first one is, if that is
// not a state file; nil if it may be one, or is no YAML.
func otherStream(data []byte) *problem.Problem {
	docs := manifest.Split(data)
	for _, d := range docs[:min(len(docs), 100)] {
		if root, err := d.Parse(); err != nil {
			return nil
		} else if root != nil {
			kind, group := otherKind(root)
			if kind == "" {
				return nil
			}
			return problem.StateOtherKind.With(problem.Article(kind), group)
		}
	}
	return nil
}
