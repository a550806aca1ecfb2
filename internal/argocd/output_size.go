package argocd

import (
	"bytes"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

const (
	// minValue is what a value counts at least, in bytes, and minMap what a map does beside its entries: small
	// ones take Argo CD's server some hundred bytes of memory each, maps more than a thousand.
	minValue, minMap = 16, 32
	// maxNumber is the longest that the server writes for a number, null or boolean, whatever its length here
	// (1e20 is written in 21 digits), with some room.
	maxNumber = 25
	// maxPerByte is what a byte of a document counts at most: "[,,]" has a null for each.
	maxPerByte = minMap + maxNumber
	// maxEscape is the longest escape of one byte in JSON: \u003c.
	maxEscape = 6
)

// withinLimit refuses objects from which Argo CD's server of the plugin would make more text than a render may print.
func (c *call) withinLimit(stream []byte) error {
	l, err := limitsOf(c.Getenv)
	if err != nil {
		return err
	}
	size := int64(0)
	for _, d := range manifest.Split(stream) {
		n, err := serverSize(d)
		if err != nil {
			return err
		}
		if size += n; size > l.output {
			return problem.ArgoCDOutput.With(inMiB(l.output))
		}
	}
	return nil
}

// serverSize is the length of the JSON that the server makes of a document, or more: aliases are written out there,
// and characters that HTML knows are escaped. A document without aliases that only other readers take counts for the
// most that can be in it.
func serverSize(d manifest.Document) (int64, error) {
	root, err := d.Parse()
	if err != nil && !bytes.Contains(d.Text, []byte("*")) {
		return int64(len(d.Text)) * maxPerByte, nil
	}
	return valueSize(root), err
}

// valueSize needs no memory for what aliases stand for, and manifest.MaxAliased bounds its time. What a merge key
// brings counts in full.
func valueSize(n *manifest.Node) int64 {
	if n.Kind() == manifest.Scalar {
		return max(scalarSize(n)+int64(len(",")), minValue)
	}
	size := int64(minValue) // also for its brackets
	if n.Kind() == manifest.Mapping {
		size = minMap
	}
	for key, value := range n.Pairs() {
		size += scalarSize(key) + int64(len(":")) + valueSize(value)
	}
	for _, item := range n.Items() {
		size += valueSize(item)
	}
	return size
}

func scalarSize(n *manifest.Node) int64 {
	size := len(`""`)
	for _, r := range n.Value() {
		switch {
		case r < ' ', r == '<', r == '>', r == '&', r == '\u2028', r == '\u2029':
			size += maxEscape
		case r == '"', r == '\\':
			size += len(`\"`)
		default:
			size += len(string(r))
		}
	}
	if n.Tag() == "!!binary" { // decoded, and no text perhaps
		size = maxEscape * len(n.Value())
	}
	if !n.IsText() {
		size += maxNumber
	}
	return int64(size)
}
