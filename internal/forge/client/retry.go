package client

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// What one call may cost in waiting.
const (
	maxTries = 6
	maxWait  = 2 * time.Minute
	// firstWait doubles with each try.
	firstWait = 500 * time.Millisecond
	// secondaryWait is GitHub's for a secondary limit without a time ("wait for
	// at least one minute", docs.github.com, rate limits for the REST API).
	secondaryWait = time.Minute
)

// clock is time as calls see it; tests have their own.
type clock struct {
	now   func() time.Time
	sleep func(context.Context, time.Duration) error
	// patience is how long one call may take.
	patience time.Duration
}

var realClock = clock{patience: answerTime, now: time.Now, sleep: func(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}}

// repeat sends until there is an answer that counts. What is repeated:
//
//	no connection (nothing was sent)            any call
//	429, or 403 for a rate limit (not done)     any call
//	500, 502, 503, 504, broken off               calls that may be done twice: GET, PUT, PATCH, DELETE
//
// A POST that may have been done is marked as lost instead: see work.go.
func (t *transport) repeat(request *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
	var waited time.Duration
	for try := 1; ; try++ {
		answer, err := send()
		f := asFault(err)
		if f == nil {
			return answer, err
		}
		wait, again := t.wait(f, firstWait<<(try-1))
		f.after = wait
		if !again || try == maxTries || waited+wait > maxWait || request.Context().Err() != nil {
			return nil, f
		}
		if err := t.clock.sleep(request.Context(), wait); err != nil {
			return nil, f
		}
		waited += wait
	}
}

// wait tells whether to try again, and after which time.
func (t *transport) wait(f *fault, backoff time.Duration) (time.Duration, bool) {
	repeatable := f.method != http.MethodPost
	switch {
	case f.odd != nil:
		return 0, false
	case f.limited():
		return t.said(f, backoff), true
	case f.status == 0:
		sent := !unsent(f.cause)
		f.lost = sent && !repeatable
		return backoff, !forever(f.cause) && (repeatable || !sent)
	case f.status >= 500 && f.status != http.StatusNotImplemented:
		f.lost = !repeatable
		return t.said(f, backoff), repeatable
	}
	return 0, false
}

// limited: the call was not done since there were too many.
func (f *fault) limited() bool {
	if f.status == http.StatusTooManyRequests {
		return true
	}
	return f.status == http.StatusForbidden && (f.header.Get("Retry-After") != "" ||
		f.header.Get("X-Ratelimit-Remaining") == "0" || strings.Contains(strings.ToLower(f.message), "rate limit"))
}

// said is how long the forge wants to be left alone: Retry-After in seconds or
// as a date, or the instant at which a spent limit begins anew (GitHub
// X-RateLimit-Reset, GitLab RateLimit-Reset), by the forge's own clock.
func (t *transport) said(f *fault, otherwise time.Duration) time.Duration {
	now := t.clock.now()
	if date, err := http.ParseTime(f.header.Get("Date")); err == nil {
		now = date
	}
	if text := f.header.Get("Retry-After"); text != "" {
		if seconds, err := strconv.Atoi(text); err == nil {
			return max(otherwise, time.Duration(seconds)*time.Second)
		}
		if date, err := http.ParseTime(text); err == nil {
			return max(otherwise, date.Sub(now))
		}
	}
	if !f.limited() {
		return otherwise
	}
	for _, name := range []string{"X-Ratelimit-Reset", "Ratelimit-Reset"} {
		spent := f.header.Get(strings.Replace(name, "Reset", "Remaining", 1))
		if at, err := strconv.ParseInt(f.header.Get(name), 10, 64); err == nil && spent == "0" {
			return max(otherwise, time.Unix(at, 0).Sub(now)+time.Second) // the instant is a whole second
		}
	}
	if f.status == http.StatusForbidden {
		return max(otherwise, secondaryWait)
	}
	return otherwise
}

// unsent: no byte of the call left.
func unsent(err error) bool {
	var op *net.OpError
	var name *net.DNSError
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") || errors.As(err, &name) || distrusted(err)
}

// distrusted: the other side is not who it should be, or speaks no TLS.
func distrusted(err error) bool {
	var verification *tls.CertificateVerificationError
	return errors.As(err, &verification) || errors.Is(err, http.ErrSchemeMismatch)
}

// forever: trying again does not help.
func forever(err error) bool {
	var name *net.DNSError
	return distrusted(err) || errors.As(err, &name) && name.IsNotFound || errors.Is(err, context.Canceled)
}
