package picture

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func plan(n int, label string) []Task {
	var tasks []Task
	for i := range n {
		start := noon.Add(time.Duration(i) * 25 * time.Hour)
		tasks = append(tasks, Task{Section: "anchor", Label: fmt.Sprintf("%s %d", label, i), Start: start, End: start.Add(25 * time.Hour), Done: i < n/3, Critical: i%2 == 0})
	}
	return tasks
}

func TestGanttGolden(t *testing.T) {
	var tasks []Task
	for i, phase := range anchorPhases {
		start := noon.Add(time.Duration(i) * 25 * time.Hour)
		tasks = append(tasks, Task{Section: "anchor", Label: phase, Start: start, End: start.Add(25 * time.Hour), Done: i == 0, Critical: i == 1})
	}
	tasks = append(tasks, Task{Section: "end", Label: "stable", Start: noon.AddDate(0, 0, 9), End: noon.AddDate(0, 0, 9)}, Task{Label: "never"})
	golden(t, "gantt.mmd", []byte(Gantt("anchor rotation", tasks, 2000)))
}

var (
	ganttHead = regexp.MustCompile(`^(gantt|    title [^:;#]+|    dateFormat [YMDTHhms:-]+|    axisFormat [%a-zA-Z: -]+|    todayMarker off|    section [^:;#]+|    %% \d+ more tasks left out)$`)
	ganttTask = regexp.MustCompile(`^    [^:;#]+ :((crit|done|milestone), )*\d{4}-\d\d-\d\d(T\d\d:\d\d)?, (\d{4}-\d\d-\d\d(T\d\d:\d\d)?|0d)$`)
)

// checkGantt: whole lines that Mermaid reads, within the limit.
func checkGantt(t *testing.T, text string, limit int) (tasks int) {
	t.Helper()
	if len(text) > limit || !utf8.ValidString(text) || text != "" && !strings.HasSuffix(text, "\n") {
		t.Errorf("%d bytes of %d: %q", len(text), limit, text)
	}
	for _, l := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		switch {
		case ganttTask.MatchString(l):
			tasks++
		case text != "" && !ganttHead.MatchString(l):
			t.Errorf("not a line of a gantt: %q", l)
		}
	}
	return tasks
}

// TestGanttLimit: at every limit the diagram fits, and more room never shows fewer tasks.
func TestGanttLimit(t *testing.T) {
	long := plan(40, strings.Repeat("wave ü ", 20))
	before := 0
	for limit := 0; limit < 6000; limit += 13 {
		text := Gantt("a long title", long, limit)
		n := checkGantt(t, text, limit)
		if n < before {
			t.Errorf("limit %d: %d tasks, %d with less room", limit, n, before)
		}
		before = n
		if left := fmt.Sprintf("%%%% %d more tasks", 40-n); text != "" && n < 40 && !strings.Contains(text, left) {
			t.Errorf("limit %d: %d tasks and no %q", limit, n, left)
		}
	}
	if before != 40 {
		t.Errorf("with room for all, %d of 40 are drawn", before)
	}
	if text := Gantt("t", plan(12, "step"), 2000); strings.Count(text, "T12:00") == 0 || checkGantt(t, text, 2000) != 12 {
		t.Errorf("a usual plan keeps all of its detail:\n%s", text)
	}
}

func TestGanttEscapes(t *testing.T) {
	for _, evil := range []string{"a:b;c#d", "```\nx", "section two", "Title", "%%{init}%%", "%%%%", "click x", "gantt", "dateFormat X", "<b>\"x\"", "", "\x00", ":", "é\u202e", "#35;"} {
		text := Gantt(evil, []Task{{Section: evil, Label: evil, Start: noon, End: noon.Add(time.Hour)}}, 2000)
		if n := checkGantt(t, text, 2000); n != 1 {
			t.Errorf("%q: %d tasks in\n%s", evil, n, text)
		}
		for _, l := range strings.Split(text, "\n")[1:] {
			if word := strings.ToLower(strings.TrimSpace(l)); ganttTask.MatchString(l) && (strings.HasPrefix(word, "section") || strings.HasPrefix(word, "title") || strings.HasPrefix(word, "click") || strings.HasPrefix(word, "%")) {
				t.Errorf("%q: a task begins with a word of Mermaid: %q", evil, l)
			}
		}
		if strings.Contains(text, "```") || strings.ContainsAny(text, "<>{}\"") {
			t.Errorf("%q: signs came through: %s", evil, text)
		}
	}
}

func TestGanttOfNothing(t *testing.T) {
	for name, tasks := range map[string][]Task{"none": nil, "undated": {{Label: "x"}}} {
		if text := Gantt("t", tasks, 2000); text != "" {
			t.Errorf("%s: %q", name, text)
		}
	}
	if text := Gantt("t", plan(1, "x"), -1); text != "" {
		t.Errorf("a limit below nothing: %q", text)
	}
	if text := Gantt("t", plan(1, "x"), 40); text != "" {
		t.Errorf("no room for a task, and still %q", text)
	}
}

func FuzzPictures(f *testing.F) {
	f.Add("2026", "anchor", int64(0), int64(86400), 2000)
	f.Add("a:\x1b`#", "", int64(-1)<<40, int64(1)<<40, 300)
	f.Fuzz(func(t *testing.T, name, kind string, from, to int64, limit int) {
		const bound = 1 << 42 // seconds: some 139,000 years
		from, to = from%bound, to%bound
		b := Bar{Name: name, Kind: kind, Role: name, NotBefore: time.Unix(from, 0), NotAfter: time.Unix(to, 0), DaysLeft: int((to - noon.Unix()) / daySeconds)}
		s := Timeline{Title: name, Now: noon, Bars: []Bar{b, b}, Marks: []Mark{{b.NotAfter, kind}}}
		words(t, s.SVG(), "text")
		for _, l := range strings.Split(s.Text(limit, false), "\n") {
			if columns(l) > maxColumns {
				t.Errorf("%v columns: %q", columns(l), l)
			}
		}
		start := noon.Add(time.Duration(from % (1 << 32)))
		checkGantt(t, Gantt(name, []Task{{kind, name, start, start.Add(time.Hour), true, false}}, limit), max(limit, 0))
	})
}
