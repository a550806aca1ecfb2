package child

import "runtime/debug"

// What the program that renders charts may use, its part in `cmp generate` less:
// templates are code, and the chart may be one that nobody reviewed yet. Charts
// in use take some 100 MiB and some seconds.
const (
	ChartMemory  = 1 << 30 // bytes
	ChartSeconds = 30      // of processor time
)

// collectBefore makes Go collect garbage before so much memory is used.
func collectBefore(memory int64) {
	debug.SetMemoryLimit(min(memory*3/4, debug.SetMemoryLimit(-1)))
}
