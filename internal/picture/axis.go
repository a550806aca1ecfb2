package picture

import (
	"math"
	"time"
)

// axis maps instants to places from 0 to width. It counts in seconds, not in
// time.Duration: a certificate without an end (RFC 5280 4.1.2.5: 99991231235959Z)
// is further away than the 292 years of a Duration.
type axis struct {
	from, to int64 // Unix seconds, from < to
	width    float64
}

const (
	// farthest is how long after now (or after the first bar's start) a fitted
	// axis ends at the latest; longer bars are cut and say so with an arrow.
	farthest = 25 * 365 * daySeconds
	// margin is the share of the span left empty at both ends of a fitted axis.
	margin = 0.02
	// shortest is the span of an axis that has one instant only.
	shortest = daySeconds
)

// axis fits the time axis into the width.
func (t Timeline) axis(width float64) axis {
	if t.From.Before(t.To) && t.To.Unix() > t.From.Unix() {
		return axis{t.From.Unix(), t.To.Unix(), width}
	}
	from, to := t.extent()
	if to-from < shortest {
		from, to = from-(shortest-(to-from))/2, to+(shortest-(to-from))/2
	}
	pad := int64(float64(to-from) * margin)
	return axis{from - pad, to + pad, width}
}

// extent is the first and last instant that a fitted axis shows.
func (t Timeline) extent() (from, to int64) {
	from, to = math.MaxInt64, math.MinInt64
	include := func(at time.Time) { from, to = min(from, at.Unix()), max(to, at.Unix()) }
	for _, b := range t.Bars {
		include(b.NotBefore)
	}
	for _, m := range t.Marks {
		include(m.At)
	}
	if !t.Now.IsZero() {
		include(t.Now)
	}
	latest := to + farthest
	if !t.Now.IsZero() {
		latest = max(to, t.Now.Unix()+farthest)
	}
	for _, b := range t.Bars {
		to = max(to, min(b.NotAfter.Unix(), latest))
	}
	return from, to
}

// at is the place of an instant, which may lie outside 0 to width.
func (a axis) at(t time.Time) float64 {
	return (float64(t.Unix()) - float64(a.from)) / (float64(a.to) - float64(a.from)) * a.width
}

func (a axis) shows(t time.Time) bool { return t.Unix() >= a.from && t.Unix() <= a.to }

// stretch is a bar's visible part; cut says that it goes on beyond that side.
type stretch struct {
	x0, x1            float64
	cutLeft, cutRight bool
	visible           bool
}

func (a axis) stretch(b Bar) stretch {
	end := b.NotAfter
	if end.Before(b.NotBefore) {
		end = b.NotBefore
	}
	x0, x1 := a.at(b.NotBefore), a.at(end)
	return stretch{
		x0: min(max(x0, 0), a.width), x1: min(max(x1, 0), a.width),
		cutLeft: x0 < 0, cutRight: x1 > a.width, visible: x1 >= 0 && x0 <= a.width,
	}
}

// first and last are the ends of the axis as dates.
func (a axis) first() time.Time { return time.Unix(a.from, 0).UTC() }
func (a axis) last() time.Time  { return time.Unix(a.to, 0).UTC() }
