package state

import (
	"bytes"
	"encoding/pem"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

const pemBegin = "-----BEGIN "

// certificates looks at PEM text without reading certificates: how many whole
// CERTIFICATE blocks there are, or what else stands there. What the certificates
// say is for package pki to judge.
func certificates(text string) (n int, wrong *problem.Problem) {
	return readPEM(text, commentsOnly)
}

// adoptedBundle looks at the bundle of a mesh that was adopted, as it was found: text
// before a block means nothing to Linkerd, and counts for its hash.
func adoptedBundle(text string) *problem.Problem {
	_, wrong := readPEM(text, func(string) bool { return true })
	return wrong
}

// readPEM is certificates; before reports whether a text may stand before a block.
func readPEM(text string, before func(string) bool) (n int, wrong *problem.Problem) {
	begins := strings.Count(text, pemBegin)
	if begins == 0 {
		return 0, problem.StateNotPEM.With()
	}
	for rest := []byte(text); ; {
		at := bytes.Index(rest, []byte(pemBegin))
		if !before(string(rest[:max(at, 0)])) || at < 0 && !commentsOnly(string(rest)) {
			return 0, problem.StateTextAroundPEM.With()
		}
		if at < 0 {
			return n, nil
		}
		n++
		block, after := pem.Decode(rest[at:])
		// Decode skips what is damaged: then more than one block is gone.
		if block == nil || bytes.Count(rest[at:len(rest)-len(after)], []byte(pemBegin)) != 1 {
			return 0, problem.StateDamagedPEM.With(n, begins)
		}
		if block.Type != "CERTIFICATE" {
			return 0, problem.StateForeignPEM.With(n, begins, shown(block.Type))
		}
		rest = after
	}
}

// commentsOnly reports whether text holds nothing but blank lines and lines
// that begin with "#".
func commentsOnly(text string) bool {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			return false
		}
	}
	return true
}
