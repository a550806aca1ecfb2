package report

import "github.com/aymanbagabas/go-udiff"

// Diff is a unified diff of two texts; "" if they are the same.
func Diff(from, to, before, after string) string { return udiff.Unified(from, to, before, after) }
