package state

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Duration is a length of time in a state file, a YAML string: Go's form
// ("24h", "1h30m"), to which it adds whole days, weeks and years ("365d",
// "52w", "10y"). A year is 365 days. It is written in Go's form.
type Duration time.Duration

// day has no daylight saving: certificates count seconds.
const day = 24 * time.Hour

// longUnits are the units that [time.ParseDuration] lacks.
var longUnits = map[string]time.Duration{"d": day, "w": 7 * day, "y": 365 * day}

// ParseDuration reads "24h", "90d" or "1y12h". Zero and less are refused: a
// field that should have its default is left out.
func ParseDuration(text string) (Duration, error) {
	var sum time.Duration
	for rest := text; rest != ""; {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789."))
		unit := len(rest[digits:]) - len(strings.TrimLeft(rest[digits:], "nuµmshdwy"))
		part, ok := oneDuration(rest[:digits], rest[digits:digits+unit])
		if !ok || part > math.MaxInt64-sum {
			return 0, problem.StateDuration.With(shown(text))
		}
		sum += part
		rest = rest[digits+unit:]
	}
	if sum <= 0 {
		return 0, problem.StateDuration.With(shown(text))
	}
	return Duration(sum), nil
}

// oneDuration reads one number and its unit.
func oneDuration(number, unit string) (time.Duration, bool) {
	long, ok := longUnits[unit]
	if !ok {
		d, err := time.ParseDuration(number + unit)
		return d, err == nil && unit != ""
	}
	n, err := strconv.ParseInt(number, 10, 64)
	return time.Duration(n) * long, err == nil && n <= math.MaxInt64/int64(long)
}

// String is Go's form without its trailing zero units: "24h", "1h30m", "20s".
func (d Duration) String() string {
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// MarshalText writes [Duration.String].
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what [ParseDuration] reads.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := ParseDuration(string(text))
	*d = parsed
	return err
}
