package picture

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Task is one piece of work of a plan. One whose Start is zero is not drawn; one
// that ends when it starts, or before, is a milestone.
type Task struct {
	Section, Label string
	Start, End     time.Time
	Done, Critical bool
}

// detail is how much a gantt tells; with less of it the diagram is smaller.
type detail struct {
	label  int // characters of a label
	layout string
	done   bool // tasks that are done are drawn
}

// details from rich to poor: the first that fits is taken. Mermaid's dateFormat
// is written in the letters of day.js.
var details = []detail{
	{60, "2006-01-02T15:04", true},
	{24, "2006-01-02T15:04", true},
	{24, "2006-01-02", true},
	{24, "2006-01-02", false},
	{12, "2006-01-02", false},
}

var mermaidFormats = map[string][2]string{ // dateFormat, axisFormat
	"2006-01-02T15:04": {"YYYY-MM-DDTHH:mm", "%m-%d %H:%M"},
	"2006-01-02":       {"YYYY-MM-DD", "%Y-%m-%d"},
}

// shortestTask is less than any line of a task has, in bytes.
const shortestTask = len("    a :2026-11-23, 0d\n")

// Gantt writes a Mermaid gantt diagram of at most limit bytes, whole lines only,
// without the fence of Markdown. To fit, labels become shorter, times of day go,
// then tasks that are done, then tasks from the end, which a comment counts.
// Nothing to draw, or no room for a single task, gives "".
func Gantt(title string, tasks []Task, limit int) string {
	tasks = slices.DeleteFunc(slices.Clone(tasks), func(t Task) bool { return t.Start.IsZero() })
	if len(tasks) == 0 {
		return ""
	}
	for _, d := range details {
		if text := d.gantt(title, d.kept(tasks), len(tasks)); text != "" && len(text) <= limit {
			return text
		}
	}
	poor := details[len(details)-1]
	kept := poor.kept(tasks)
	for n := min(len(kept)-1, limit/shortestTask); n > 0; n-- {
		if text := poor.gantt(title, kept[:n], len(tasks)); len(text) <= limit {
			return text
		}
	}
	return ""
}

// kept are the tasks drawn at this detail; all of them when every one is done.
func (d detail) kept(tasks []Task) []Task {
	if d.done {
		return tasks
	}
	open := slices.DeleteFunc(slices.Clone(tasks), func(t Task) bool { return t.Done })
	if len(open) == 0 {
		return tasks
	}
	return open
}

// gantt writes the tasks; all is how many there were.
func (d detail) gantt(title string, tasks []Task, all int) string {
	var b strings.Builder
	b.WriteString("gantt\n")
	if name := mermaidText(title, d.label); name != "" {
		b.WriteString("    title " + name + "\n")
	}
	format := mermaidFormats[d.layout]
	// A chart in a text that was approved shows the same on every day.
	fmt.Fprintf(&b, "    dateFormat %s\n    axisFormat %s\n    todayMarker off\n", format[0], format[1])
	section := ""
	for _, t := range tasks {
		if s := mermaidText(t.Section, d.label); s != section && s != "" {
			b.WriteString("    section " + s + "\n")
			section = s
		}
		b.WriteString("    " + t.mermaid(d) + "\n")
	}
	if left := all - len(tasks); left > 0 {
		fmt.Fprintf(&b, "    %%%% %d more tasks left out\n", left)
	}
	return b.String()
}

// mermaid is one line: label, tags, start, end.
func (t Task) mermaid(d detail) string {
	fields := []string{}
	if t.Critical {
		fields = append(fields, "crit")
	}
	if t.Done {
		fields = append(fields, "done")
	}
	start, end := t.Start.UTC().Format(d.layout), t.End.UTC().Format(d.layout)
	if !t.End.After(t.Start) || start == end {
		fields, end = append(fields, "milestone"), "0d"
	}
	return taskLabel(t.Label, d.label) + " :" + strings.Join(append(fields, start, end), ", ")
}

// mermaidSigns end a label, begin a comment, a directive or a fence, or become HTML.
var mermaidSigns = strings.NewReplacer(
	":", "-", ";", "-", "#", "-", "%%", "%", "{", "(", "}", ")", "<", "(", ">", ")", "`", "'", `"`, "'", `\`, "/")

// mermaidText is clean text of at most length characters.
func mermaidText(s string, length int) string {
	measure := func(s string) float64 { return float64(len([]rune(s))) }
	s = mermaidSigns.Replace(clean(s))
	for strings.Contains(s, "%%") {
		s = strings.ReplaceAll(s, "%%", "%")
	}
	return strings.TrimSpace(shorten(s, float64(length), measure))
}

// mermaidWords begin statements of a gantt: a task may not begin with one.
var mermaidWords = []string{"gantt", "title", "section", "dateformat", "axisformat", "tickinterval", "includes", "excludes",
	"inclusiveenddates", "topaxis", "todaymarker", "weekday", "weekend", "acctitle", "accdescr", "click", "href", "call", "%"}

// taskLabel is a label that Mermaid reads as a task.
func taskLabel(s string, length int) string {
	s = mermaidText(s, length)
	lower := strings.ToLower(s)
	switch {
	case !strings.ContainsFunc(s, unicode.IsPrint):
		return "unnamed"
	case slices.ContainsFunc(mermaidWords, func(w string) bool { return strings.HasPrefix(lower, w) }):
		return "'" + s + "'"
	}
	return s
}
