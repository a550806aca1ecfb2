package state

import (
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	const h = time.Hour
	tests := []struct {
		text  string
		want  time.Duration
		again string
	}{
		{"24h", 24 * h, "24h"},
		{"20s", 20 * time.Second, "20s"},
		{"1h30m", 90 * time.Minute, "1h30m"},
		{"1h0m5s", h + 5*time.Second, "1h0m5s"},
		{"10m", 10 * time.Minute, "10m"},
		{"100h", 100 * h, "100h"},
		{"1.5h", 90 * time.Minute, "1h30m"},
		{"500ms", 500 * time.Millisecond, "500ms"},
		{"1d", 24 * h, "24h"},
		{"2w", 14 * 24 * h, "336h"},
		{"1y", 365 * 24 * h, "8760h"},
		{"10y", 87600 * h, "87600h"},
		{"1y2w3d4h", (365+14+3)*24*h + 4*h, "9172h"},
		{"292y", 292 * 365 * 24 * h, "2557920h"},
	}
	for _, test := range tests {
		got, err := ParseDuration(test.text)
		if err != nil || time.Duration(got) != test.want || got.String() != test.again {
			t.Errorf("%q: %v, %v, written %q; want %v, written %q", test.text, time.Duration(got), err, got, test.want, test.again)
		}
		if back, err := ParseDuration(got.String()); err != nil || back != got {
			t.Errorf("%q: written as %q it reads as %v, %v", test.text, got, back, err)
		}
	}
}

func TestParseDurationRefuses(t *testing.T) {
	for _, text := range []string{"", "0", "0s", "-1h", "+1h", "1", "h", "1 h", " 1h", "1h ", "1D", "1.5d", "1dd", "d1", "1h-30m", "293y", "292y30w",
		"9223372036854775807y", "99999999999999999999d", "1e3s", "1month", "PT1H", "∞"} {
		if d, err := ParseDuration(text); err == nil {
			t.Errorf("%q is taken as %v", text, d)
		}
	}
}
