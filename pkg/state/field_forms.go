package state

import (
	"path"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// sized is a form with a length, in bytes. A bound of so many characters inside
// of the expression would be compiled to as many steps, at every start.
type sized struct {
	least, most int
	form        *lazy.Regexp
}

func (s sized) MatchString(text string) bool {
	return s.least <= len(text) && len(text) <= s.most && s.form.MatchString(text)
}

// The forms of names, digests and stamps.
var (
	dnsLabelForm = sized{1, 63, lazy.New(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)}            // RFC 1123 section 2.1, as Kubernetes has it
	nameForm     = sized{1, 63, lazy.New(`^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`)} // the form of a Kubernetes label's value
	stampForm    = sized{16, 16, lazy.New(`^[0-9a-f]+$`)}                               // 8 bytes of a SHA-256
	digestForm   = sized{64, 64, lazy.New(`^[0-9a-f]+$`)}                               // a SHA-256
	badPathForm  = lazy.New(`[\x00-\x1f\x7f\\]`)                                        // control characters, and Windows' separator
	breakForm    = lazy.New(`[\x00-\x1f\x7f-\x{9f}\x{2028}\x{2029}]`)                   // control characters, and what ends a line somewhere
	instantForm  = lazy.New(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$`) // RFC 3339 section 5.6, UTC, whole seconds
)

func dnsLabel(text string) *problem.Problem {
	if dnsLabelForm.MatchString(text) {
		return nil
	}
	return problem.StateDNSName.With(shown(text), "a DNS label (RFC 1123)")
}

// dnsSubdomain is the form of a trust domain: charts/linkerd-control-plane
// puts it behind every identity, and the proxy reads it as a DNS name.
func dnsSubdomain(text string) *problem.Problem {
	ok := len(text) <= 253
	for label := range strings.SplitSeq(text, ".") {
		ok = ok && dnsLabelForm.MatchString(label)
	}
	if ok {
		return nil
	}
	return problem.StateDNSName.With(shown(text), "a DNS name (RFC 1123)")
}

func linkerdVersion(text string) *problem.Problem {
	if _, err := linkerd.ParseVersion(text); err != nil {
		return problem.Of(err)[0]
	}
	return nil
}

// CheckName says what is wrong with a label of an anchor or issuer; nil: nothing.
func CheckName(text string) error {
	if wrong := usableName(text); wrong != nil {
		return wrong
	}
	return nil
}

func usableName(text string) *problem.Problem {
	if nameForm.MatchString(text) {
		return nil
	}
	return problem.StateName.With(shown(text))
}

// relativePath accepts a clean path that is relative to the state file. It may
// begin with "../": where the repository ends is for the shell to check, which
// knows the file's place. The path itself is never quoted.
func relativePath(text string) *problem.Problem {
	switch {
	case text == "":
		return problem.StatePath.With("empty")
	case badPathForm.MatchString(text):
		return problem.StatePath.With("written with \"\\\" or control characters")
	case path.IsAbs(text), len(text) > 1 && text[1] == ':':
		return problem.StatePath.With("absolute")
	case text[0] == '~':
		return problem.StatePath.With("in somebody's home folder")
	}
	return cleanPath(text)
}

// cleanPath refuses "a//b", "./a", "a/../b", "a/" and what names a folder.
func cleanPath(text string) *problem.Problem {
	if path.Clean(text) != text || text == "." || path.Base(text) == ".." || text == "/" {
		return problem.StatePath.With("not in its shortest form, or names a folder")
	}
	return nil
}

// anyPath is for custody "file" on a live host: absolute paths are fine there.
func anyPath(text string) *problem.Problem {
	if path.IsAbs(text) && !badPathForm.MatchString(text) {
		return cleanPath(text)
	}
	return relativePath(text)
}

func glob(text string) *problem.Problem {
	if _, err := path.Match(text, ""); err != nil {
		return problem.StatePath.With("not a pattern: a bracket is not closed")
	}
	return nil
}

func stamp(text string) *problem.Problem {
	if stampForm.MatchString(text) {
		return nil
	}
	return problem.StateStamp.With(shown(text))
}

func digest(text string) *problem.Problem {
	if digestForm.MatchString(text) {
		return nil
	}
	return problem.StateDigest.With(shown(text))
}

func instant(text string) *problem.Problem {
	if _, err := time.Parse(time.RFC3339, text); err == nil && instantForm.MatchString(text) {
		return nil
	}
	return problem.StateInstant.With(shown(text))
}
