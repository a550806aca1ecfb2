package client

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
)

// The fakes' clock stands at 1_800_000_000, which is this date.
const fakeDate = "Fri, 15 Jan 2027 08:00:00 GMT"

// TestRateLimits: what is waited out, and for how long. A refused call was not
// carried out, so it is repeated, a POST too.
func TestRateLimits(t *testing.T) {
	for name, c := range map[string]struct {
		status  int
		body    string
		headers []string
		want    time.Duration
	}{
		"github primary": {403, `{"message":"API rate limit exceeded for user ID 1."}`,
			[]string{"X-Ratelimit-Limit", "5000", "X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", "1800000030"}, 31 * time.Second},
		"github primary, the server's clock is off": {403, `{"message":"API rate limit exceeded for user ID 1."}`,
			[]string{"Date", "Fri, 15 Jan 2027 08:00:20 GMT", "X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", "1800000030"}, 11 * time.Second},
		"github secondary":               {403, `{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}`, nil, time.Minute},
		"github secondary, with a time":  {403, `{"message":"You have exceeded a secondary rate limit."}`, []string{"Retry-After", "7"}, 7 * time.Second},
		"gitlab":                         {429, "Retry later\n", []string{"RateLimit-Remaining", "0", "RateLimit-Reset", "1800000010"}, 11 * time.Second},
		"gitlab, Retry-After as a date":  {429, "Retry later\n", []string{"Date", fakeDate, "Retry-After", "Fri, 15 Jan 2027 08:00:05 GMT"}, 5 * time.Second},
		"without a word":                 {429, "", nil, firstWait},
		"a time of zero is not hammered": {429, "", []string{"Retry-After", "0"}, firstWait},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, f *fake, cl forge.Forge) {
				headers := c.headers
				if len(headers) == 0 || headers[0] != "Date" { // else the server's real clock
					headers = append([]string{"Date", fakeDate}, headers...)
				}
				f.play(creation[f.kind], 1, says(c.status, c.body, headers...))
				if _, err := cl.Open(t.Context(), newPull); err != nil || len(f.pulls) != 1 {
					t.Fatalf("%v, %d pulls", err, len(f.pulls))
				}
				if len(f.slept) != 1 || f.slept[0] != c.want {
					t.Errorf("waited %v, want %v", f.slept, c.want)
				}
			})
		})
	}
}

// TestLongRateLimit: an hour is not waited out; the sentence says how long.
func TestLongRateLimit(t *testing.T) {
	each(t, func(t *testing.T, f *fake, c forge.Forge) {
		f.play("GET /", 99, says(403, `{"message":"API rate limit exceeded"}`, "Date", fakeDate, "X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", "1800003000"))
		_, err := c.List(t.Context(), forge.Query{})
		if code(err) != "forge-rate-limit" || !strings.Contains(err.Error(), "50m1s") || len(f.calls) != 1 || len(f.slept) != 0 {
			t.Errorf("%v after %d calls and %v", err, len(f.calls), f.slept)
		}
		f.pranks, f.calls = nil, nil
		f.play("GET /", 99, says(429, "", "Retry-After", "50"))
		var total time.Duration
		if _, err := c.List(t.Context(), forge.Query{}); code(err) != "forge-rate-limit" {
			t.Errorf("%v", err)
		}
		for _, d := range f.slept {
			total += d
		}
		if total == 0 || total > maxWait {
			t.Errorf("waited %v", f.slept)
		}
	})
}

// TestBackOff: each wait is twice as long, and they end.
func TestBackOff(t *testing.T) {
	each(t, func(t *testing.T, f *fake, c forge.Forge) {
		f.play("GET /", 99, says(http.StatusBadGateway, "<html>"))
		if _, err := c.List(t.Context(), forge.Query{}); code(err) != "forge-unreachable" {
			t.Errorf("%v", err)
		}
		if len(f.calls) != maxTries || len(f.slept) != maxTries-1 || f.slept[0] != firstWait || f.slept[4] != 16*firstWait {
			t.Errorf("%d calls, waited %v", len(f.calls), f.slept)
		}
		f.pranks, f.slept, f.calls = nil, nil, nil
		f.play("GET /", 2, says(http.StatusServiceUnavailable, "", "Retry-After", "9"))
		if _, err := c.List(t.Context(), forge.Query{}); err != nil || len(f.slept) != 2 || f.slept[0] != 9*time.Second {
			t.Errorf("%v, waited %v", err, f.slept)
		}
	})
}
