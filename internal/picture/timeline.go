package picture

import (
	"fmt"
	"time"
)

// nothing is what a picture without bars says.
const nothing = "no certificates to draw"

// Bar is one certificate.
type Bar struct {
	Name string
	// Kind: anchor, issuer, cross, webhook, webhook-ca or retired; any other is drawn grey.
	Kind string
	// Role as in the state file (current, outgoing, incoming, extra), or "".
	Role                string
	NotBefore, NotAfter time.Time
	// DaysLeft are whole days until NotAfter, rounded down: negative after the end.
	DaysLeft int
}

// Mark is something that happened, or is to happen, at an instant.
type Mark struct {
	At    time.Time
	Label string
}

// Timeline is a picture: bars from top to bottom as given, marks by time.
type Timeline struct {
	Title string
	Bars  []Bar
	Marks []Mark
	// Now draws the line between past and future; zero: no line.
	Now time.Time
	// From and To bound the axis; both zero, or in the wrong order: fitted.
	From, To time.Time
}

// health is what colours a bar.
type health int

const (
	valid health = iota
	expiring
	expired
	future // not yet valid
)

// expiringDays is when a certificate turns amber: Linkerd's own check warns at
// 60 days (viz/pkg and pkg/healthcheck: "valid for at least 60 days").
const expiringDays = 60

func (b Bar) health(now time.Time) health {
	switch {
	case b.DaysLeft < 0:
		return expired
	case !now.IsZero() && now.Before(b.NotBefore):
		return future
	case b.DaysLeft < expiringDays:
		return expiring
	}
	return valid
}

// left says how long the certificate lives: "97 days left", or "97d" in short.
func (b Bar) left(now time.Time, short bool) string {
	forms := [...]string{valid: "%s left", expired: "expired %s ago", future: "starts in %s"}
	if short {
		forms = [...]string{valid: "%s", expired: "expired %s", future: "in %s"}
	}
	switch h := b.health(now); h {
	case expired:
		return fmt.Sprintf(forms[h], b.span(-1-b.DaysLeft, now.Unix()-b.NotAfter.Unix(), now, short))
	case future:
		wait := b.NotBefore.Unix() - now.Unix()
		return fmt.Sprintf(forms[h], b.span(int(wait/daySeconds), wait, now, short))
	default:
		return fmt.Sprintf(forms[valid], b.span(b.DaysLeft, b.NotAfter.Unix()-now.Unix(), now, short))
	}
}

const (
	hourSeconds = 60 * 60
	daySeconds  = 24 * hourSeconds
)

// manyDays are written as years: a certificate without an end has millions.
const manyDays = 10_000

// span writes days, or hours under two days when the seconds are known.
func (b Bar) span(days int, seconds int64, now time.Time, short bool) string {
	n, unit := int64(days), "day"
	if days < 2 && seconds >= 0 && seconds < 2*daySeconds && !now.IsZero() {
		n, unit = seconds/hourSeconds, "hour"
	}
	if n >= manyDays {
		n, unit = n/365, "year"
	}
	switch {
	case short:
		return fmt.Sprintf("%d%c", n, unit[0])
	case n == 1:
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// what is a bar's kind and role: "anchor outgoing".
func (b Bar) what() string {
	if b.Role == "" {
		return clean(b.Kind)
	}
	return clean(b.Kind) + " " + clean(b.Role)
}
