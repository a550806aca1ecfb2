package state

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// cronFields are the five fields of a schedule with their bounds and names, as
// Kubernetes' CronJob reads them (robfig/cron v3, ParseStandard).
var cronFields = []struct {
	low, high int
	names     []string
}{
	{0, 59, nil}, // minute
	{0, 23, nil}, // hour
	{1, 31, nil}, // day of the month
	{1, 12, []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
	{0, 6, []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
}

var cronMacros = []string{"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}

// cronItem is one item of a field's comma list: *, 5, 1-5, */10, 1-30/2, mon-fri.
var cronItem = lazy.New(`^(?:[*?]|([0-9a-z]+)(?:-([0-9a-z]+))?)(?:/([0-9]{1,3}))?$`)

// cronSchedule accepts what a CronJob does, apart from time zone prefixes.
func cronSchedule(text string) *problem.Problem {
	if every, ok := strings.CutPrefix(text, "@every "); ok {
		if d, err := time.ParseDuration(every); err == nil && d > 0 {
			return nil
		}
	}
	if slices.Contains(cronMacros, text) {
		return nil
	}
	fields := strings.Fields(text)
	ok := len(fields) == len(cronFields) && text == strings.Join(fields, " ")
	for i := 0; ok && i < len(fields); i++ {
		for item := range strings.SplitSeq(strings.ToLower(fields[i]), ",") {
			ok = ok && cronItemIn(item, i)
		}
	}
	if ok {
		return nil
	}
	return problem.StateSchedule.With(shown(text))
}

// cronItemIn checks one item against the bounds of field i.
func cronItemIn(item string, i int) bool {
	m := cronItem.FindStringSubmatch(item)
	if m == nil || m[3] != "" && strings.Trim(m[3], "0") == "" {
		return false
	}
	low, lowOK := cronNumber(m[1], i, cronFields[i].low)
	high, highOK := cronNumber(m[2], i, low)
	return lowOK && highOK && low <= high
}

// cronNumber reads a number or a name of field i; an absent one is the default.
func cronNumber(text string, i, absent int) (int, bool) {
	f := cronFields[i]
	if text == "" {
		return absent, true
	}
	if at := slices.Index(f.names, text); at >= 0 {
		return f.low + at, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= f.low && n <= f.high
}
