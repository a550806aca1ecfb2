package picture

import "time"

// tick is a date on the axis.
type tick struct {
	x     float64
	label string
}

// step is one distance between dates: seconds, months or years, one of them.
type step struct {
	seconds       int64
	months, years int
	layout        string
}

const (
	layoutHour  = "01-02 15:04"
	layoutDay   = "2006-01-02"
	layoutMonth = "2006-01"
	layoutYear  = "2006"
)

// steps from fine to coarse; the first whose labels have room is taken. Seven
// days begin on Mondays, since year 1 of Go's calendar did.
var steps = []step{
	{seconds: 60, layout: layoutHour}, {seconds: 5 * 60, layout: layoutHour}, {seconds: 15 * 60, layout: layoutHour},
	{seconds: hourSeconds, layout: layoutHour}, {seconds: 3 * hourSeconds, layout: layoutHour},
	{seconds: 6 * hourSeconds, layout: layoutHour}, {seconds: 12 * hourSeconds, layout: layoutHour},
	{seconds: daySeconds, layout: layoutDay}, {seconds: 2 * daySeconds, layout: layoutDay}, {seconds: 7 * daySeconds, layout: layoutDay},
	{months: 1, layout: layoutMonth}, {months: 3, layout: layoutMonth}, {months: 6, layout: layoutMonth},
	{years: 1, layout: layoutYear}, {years: 2, layout: layoutYear}, {years: 5, layout: layoutYear}, {years: 10, layout: layoutYear},
	{years: 20, layout: layoutYear}, {years: 50, layout: layoutYear}, {years: 100, layout: layoutYear}, {years: 500, layout: layoutYear},
	{years: 2000, layout: layoutYear}, {years: 10000, layout: layoutYear},
}

// ticks are round dates whose labels, each with gap after it, do not touch. An
// axis that crosses no round date has its first instant.
func (a axis) ticks(measure func(string) float64, gap float64) []tick {
	s := steps[len(steps)-1]
	for i := len(steps) - 1; i >= 0; i-- {
		if a.width*float64(steps[i].length())/float64(a.to-a.from) < measure(steps[i].layout)+gap {
			break
		}
		s = steps[i]
	}
	var list []tick
	for at := s.floor(a.first()); !at.After(a.last()); at = s.next(at) {
		if a.shows(at) {
			list = append(list, tick{a.at(at), at.Format(s.layout)})
		}
	}
	if len(list) == 0 {
		list = []tick{{0, a.first().Format(layoutDay)}}
	}
	return list
}

// length is the shortest distance between two dates of a step, in seconds.
func (s step) length() int64 {
	return s.seconds + int64(s.months)*28*daySeconds + int64(s.years)*365*daySeconds
}

// floor is the last round date at or before t.
func (s step) floor(t time.Time) time.Time {
	switch {
	case s.years > 0:
		return time.Date(t.Year()-t.Year()%s.years, 1, 1, 0, 0, 0, 0, time.UTC)
	case s.months > 0:
		month := int(t.Month()) - 1
		return time.Date(t.Year(), time.Month(month-month%s.months+1), 1, 0, 0, 0, 0, time.UTC)
	}
	return t.Truncate(time.Duration(s.seconds) * time.Second)
}

func (s step) next(t time.Time) time.Time {
	if s.seconds > 0 {
		return t.Add(time.Duration(s.seconds) * time.Second)
	}
	return t.AddDate(s.years, s.months, 0)
}
