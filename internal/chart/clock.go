package chart

import (
	"maps"
	"time"
	_ "unsafe" // for go:linkname

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
)

// sprigFuncs are the functions that templates of both engines get. The library gives out
// copies only, and Helm 3 takes no others.
//
//go:linkname sprigFuncs github.com/Masterminds/sprig/v3.genericMap
var sprigFuncs map[string]any

// otherClock is how much later than now the clock of the second render is: whatever now is, no
// field of a date is the same but the half of the day, nor are the units in which durations
// are shown.
const otherClock = 11*365*24*time.Hour + 102*24*time.Hour + 5*time.Hour + 7*time.Minute + 11*time.Second

// atOtherClock renders with a clock for templates that differs from now, so that a chart
// which shows the time shows another one, however coarsely.
func atOtherClock(render func() ([]exchange.Document, error)) ([]exchange.Document, error) {
	kept := maps.Clone(sprigFuncs)
	defer maps.Copy(sprigFuncs, kept)
	for name, function := range kept {
		if other := timed(name, function); other != nil {
			sprigFuncs[name] = other
		}
	}
	return render()
}

// timed is a function by the other clock; nil if it has nothing to do with a clock.
func timed(name string, function any) any {
	switch name {
	case "now":
		return otherNow
	case "date":
		of := function.(func(string, any) string)
		return func(layout string, date any) string { return of(layout, orNow(date)) }
	case "htmlDate":
		of := function.(func(any) string)
		return func(date any) string { return of(orNow(date)) }
	case "htmlDateInZone":
		of := function.(func(any, string) (string, error))
		return func(date any, zone string) (string, error) { return of(orNow(date), zone) }
	case "dateInZone", "date_in_zone":
		of := function.(func(string, any, string) (string, error))
		return func(layout string, date any, zone string) (string, error) { return of(layout, orNow(date), zone) }
	case "ago":
		of := function.(func(any) string)
		return func(date any) string {
			switch n := date.(type) {
			case int:
				date = time.Unix(int64(n), 0)
			case int64:
				date = time.Unix(n, 0)
			}
			return of(earlier(date))
		}
	case "durationRound":
		of := function.(func(any) string)
		return func(duration any) string { return of(earlier(duration)) }
	}
	return nil
}

func otherNow() time.Time { return time.Now().Add(otherClock) }

// orNow is a date, or the time for what sprig takes for none (date.go, dateInZone).
func orNow(date any) any {
	switch date.(type) {
	case time.Time, *time.Time, int, int32, int64:
		return date
	}
	return otherNow()
}

// earlier is the instant from which it is as long until now as from a date until the other
// clock; what is no date stays.
func earlier(date any) any {
	if t, is := date.(time.Time); is {
		return t.Add(-otherClock)
	}
	return date
}
