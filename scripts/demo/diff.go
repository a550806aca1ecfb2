package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// change is one document that differs.
type change struct{ object, diff string }

// documents cuts a stream at its "---" lines.
func documents(stream string) []string {
	return strings.Split(strings.TrimPrefix(stream, "---\n"), "\n---\n")
}

// differences compares two outputs document by document. Rendering keeps number
// and order of documents, so they are compared in pairs.
func differences(before, after string) []change {
	var changed []change
	old, now := documents(before), documents(after)
	for i := range min(len(old), len(now)) {
		if old[i] != now[i] {
			changed = append(changed, change{name(now[i]), hunks(fold(old[i]), fold(now[i]))})
		}
	}
	if len(old) != len(now) {
		changed = append(changed, change{"the stream", fmt.Sprintf("  %d documents became %d\n", len(old), len(now))})
	}
	return changed
}

var (
	header   = regexp.MustCompile(`(?m)^@@ .*\n`)
	kindLine = regexp.MustCompile(`(?m)^kind: (.+)$`)
	nameLine = regexp.MustCompile(`(?m)^  name: (.+)$`)
)

// hunks is a unified diff with one line of context, without names and numbers:
// folding has moved the lines.
func hunks(old, now string) string {
	const context = 1
	old, now = old+"\n", now+"\n"
	text, err := udiff.ToUnified("", "", old, udiff.Lines(old, now), context)
	if err != nil {
		return err.Error() + "\n"
	}
	_, body, _ := strings.Cut(text, "\n+++ \n")
	return header.ReplaceAllString(body, "  ...\n")
}

// name is "Kind name" of a document.
func name(doc string) string {
	kind, name := kindLine.FindStringSubmatch(doc), nameLine.FindStringSubmatch(doc)
	if kind == nil || name == nil {
		return "a document without kind or name"
	}
	return kind[1] + " " + name[1]
}
