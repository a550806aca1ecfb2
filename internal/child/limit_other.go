//go:build !linux

package child

// Limit bounds memory only, and only what Go collects.
func Limit(memory int64, _ uint64) { collectBefore(memory) }
