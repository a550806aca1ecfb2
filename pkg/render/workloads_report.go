package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// WorkloadsReport says what will restart, what will not, and why.
type WorkloadsReport struct {
	// Stamp of the wave; Previous is that of the namespaces that are not done.
	Stamp    string `json:"stamp"`
	Previous string `json:"previous,omitempty"`
	// Split: the wave goes namespace by namespace; Done are those it reached.
	Split bool     `json:"split"`
	Done  []string `json:"done,omitempty"`
	// Files that were looked at; of these, Changed by name, and the numbers of
	// those left alone as templates and as no Kubernetes objects.
	Files     int      `json:"files"`
	Changed   []string `json:"changed"`
	Templates int      `json:"templates"`
	Foreign   int      `json:"foreign"`

	Counts    map[Fate]int   `json:"counts"`
	Workloads []WorkloadLine `json:"workloads"`
}

func (w *workloads) newReport() WorkloadsReport {
	status := w.material.State.Status
	r := WorkloadsReport{Stamp: status.Stamp, Files: len(w.Files), Changed: []string{}, Counts: map[Fate]int{}, Workloads: []WorkloadLine{}}
	if status.Wave != nil {
		r.Split, r.Previous, r.Done = true, status.Wave.Previous, status.Wave.Namespaces
	}
	return r
}

// take adds the result of one file.
func (r *WorkloadsReport) take(f WorkloadFile, result stamped) {
	switch result.kind {
	case templateFile:
		r.Templates++
	case foreignFile:
		r.Foreign++
	case kubernetesFile: // counted by its workloads, below
	}
	if !bytes.Equal(f.Text, result.text) {
		r.Changed = append(r.Changed, f.Name)
	}
	for _, line := range result.lines {
		line.File = f.Name
		r.Counts[line.Fate]++
		r.Workloads = append(r.Workloads, line)
	}
}

// settle decides about workloads that run the template of another: one that waits
// for a person holds that one's restart back, unless the other is not meshed.
func (r *WorkloadsReport) settle() {
	fates := map[string]Fate{}
	for _, l := range r.Workloads {
		fates[l.Object] = l.Fate
	}
	for i, l := range r.Workloads {
		if _, here := fates[l.followed]; l.followed != "" && !here {
			r.Workloads[i].Why += ", which is not among these files"
		}
		if fate := fates[l.followed]; l.held == "" || fate == Unmeshed || fate == Unknown {
			continue
		}
		r.Counts[l.Fate]--
		r.Counts[HeldBack]++
		r.Workloads[i].Fate, r.Workloads[i].Why = HeldBack, r.Workloads[i].Why+"; "+l.held
	}
}

// anyMeshed reports whether a meshed workload stands in the input.
func (r *WorkloadsReport) anyMeshed() bool {
	return len(r.Workloads) > r.Counts[Unmeshed]+r.Counts[Unknown]+r.Counts[Follows]
}

// Summary is the report in one line.
func (r *WorkloadsReport) Summary() string {
	var counts []string
	for _, fate := range Fates {
		if n := r.Counts[fate]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, fate))
		}
	}
	if counts == nil {
		counts = []string{"no workloads"}
	}
	line := fmt.Sprintf("%d of %d files change; workloads: %s", len(r.Changed), r.Files, strings.Join(counts, ", "))
	if r.Templates+r.Foreign > 0 {
		line += fmt.Sprintf("; left alone: %s, %s without Kubernetes objects", problem.Counted(r.Templates, "template"), problem.Counted(r.Foreign, "file"))
	}
	return line
}

// maxUnmoved is how many workloads a summary names.
const maxUnmoved = 20

// Brief is the summary, and those workloads that somebody has to look at, since the
// stamp alone does not restart them or since nobody knows.
func (r *WorkloadsReport) Brief() string {
	var b strings.Builder
	b.WriteString(r.Summary() + "\n")
	left := 0
	for _, l := range r.Workloads {
		switch {
		case l.Fate != HeldBack && l.Fate != Immune && l.Fate != Unknown:
		case left == maxUnmoved:
			b.WriteString("  and more: --report text names all\n")
			return b.String()
		default:
			left++
			l.write(&b)
		}
	}
	return b.String()
}

func (l WorkloadLine) write(b *strings.Builder) {
	line := l.File + ": " + l.Object
	if l.Why != "" {
		line += ": " + l.Why
	}
	fmt.Fprintf(b, "  %-16s %s\n", l.Fate, oneLine(line))
}

// Text is the report for people: the summary, then one line per workload.
func (r *WorkloadsReport) Text() string {
	var b strings.Builder
	b.WriteString(r.Summary() + "\n")
	for _, l := range r.Workloads {
		l.write(&b)
	}
	return b.String()
}

// JSON is the report for programs, indented, with a final newline.
func (r *WorkloadsReport) JSON() []byte {
	out, err := json.MarshalIndent(r, "", "  ")
	if err != nil { // strings, numbers and collections of them always marshal
		panic("render: report does not marshal: " + err.Error())
	}
	return append(out, '\n')
}
