package render

import (
	"bytes"
	"unicode/utf8"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
)

// Fate says what will become of one workload.
type Fate string

// Fates of workloads.
const (
	// Restarts: its template changes with this call.
	Restarts Fate = "restarts"
	// Carries: the stamp stands there already.
	Carries Fate = "already right"
	// Waits: its namespace is not done yet in a split wave.
	Waits Fate = "waits"
	// HeldBack: it carries the stamp, and restarts only when somebody acts.
	HeldBack Fate = "held back"
	// Immune: it is meshed, and no stamp restarts it.
	Immune Fate = "will not restart"
	// Unmeshed: it has no proxy.
	Unmeshed Fate = "not meshed"
	// Unknown: it may be meshed; its namespace is not known.
	Unknown Fate = "unknown"
	// Follows: it runs the template of another workload, and restarts with it.
	Follows Fate = "follows another"
	// Unstamped: the stamp was taken away.
	Unstamped Fate = "unstamped"
)

// Fates in the order of reports.
var Fates = []Fate{Restarts, Unstamped, Carries, Waits, Follows, HeldBack, Immune, Unmeshed, Unknown}

// WorkloadLine is one workload in a [WorkloadsReport].
type WorkloadLine struct {
	File   string `json:"file"`
	Object string `json:"object"`
	Fate   Fate   `json:"fate"`
	// Why, where the fate needs a reason.
	Why string `json:"why,omitempty"`
	// Stamp that it carries now.
	Stamp string `json:"stamp,omitempty"`
	// Misplaced: the annotation is where the injector does not look.
	Misplaced bool `json:"misplaced,omitempty"`

	at       int    // line of the object in its file
	followed string // the workload whose template it runs
	held     string // why that one does not restart by itself
}

// Line is where the object begins in its file, from 1.
func (l WorkloadLine) Line() int { return max(l.at, 1) }

// judge decides what becomes of a workload and plans it. The control plane
// rolls by its own annotation.
func (w *workloads) judge(p *plan, r *stamped, o object) {
	line := WorkloadLine{Object: o.String(), at: o.node.Line()}
	mesh := p.meshing(o)
	switch {
	case w.Remove:
		w.unstamp(p, r, o, line)
		return
	case p.ofControlPlane(o):
		return
	case follows(o) != "":
		line.Fate, line.Why, line.followed, line.held = Follows, follows(o), followed(o), holdsBack(o)
	case mesh.unknown:
		line.Fate, line.Why, line.Misplaced = Unknown, mesh.why, mesh.misplaced
	case !mesh.meshed:
		line.Fate, line.Why, line.Misplaced = Unmeshed, mesh.why, mesh.misplaced
	case unstampable(o) != "":
		line.Fate, line.Why = Immune, unstampable(o)
	default:
		w.stamp(p, o, &line)
	}
	r.lines = append(r.lines, line)
}

// stamp plans the stamp of a meshed workload and, if its turn in the wave has
// come, the bundle that stands in it as text.
func (w *workloads) stamp(p *plan, o object, line *WorkloadLine) {
	s := w.material.State
	line.Stamp, line.Fate = s.StampOf(o.namespace, o.kind, o.name), Carries
	waits := s.Status.Wave != nil && line.Stamp != s.Status.Stamp
	if waits {
		line.Fate, line.Why = Waits, "its namespace is not among those done in the wave"
		if s.Status.Wave.Stale {
			line.Why = "it held the bundle when the wave began"
		}
	}
	changed := line.Stamp != "" && p.mark(o, line.Stamp)
	if !waits {
		before := len(p.edits[o.doc])
		p.literalsIn(o, nil, o.node)
		changed = changed || len(p.edits[o.doc]) > before
	}
	if why := holdsBack(o); why != "" {
		line.Fate, line.Why = HeldBack, why
	} else if changed {
		line.Fate, line.Why = Restarts, ""
	}
}

// unstamp plans that the stamp of a workload goes.
func (w *workloads) unstamp(p *plan, r *stamped, o object, line WorkloadLine) {
	if o.get(o.stampSteps()...) == nil {
		return
	}
	p.stampings[o.doc] = append(p.stampings[o.doc], stamping{at: o.at, kind: o.kind})
	line.Fate = Unstamped
	r.lines = append(r.lines, line)
}

// fileKind says whether a file is ours to look into.
type fileKind int

const (
	kubernetesFile fileKind = iota
	templateFile            // a Helm template, or another text that a program fills in
	foreignFile             // no Kubernetes objects: values, configuration of other programs, no text
)

// kindOf tells by heads only; that a file is a template shows when it is parsed.
func kindOf(text []byte, docs []manifest.Document) fileKind {
	if bytes.IndexByte(text, 0) >= 0 || !utf8.Valid(text) {
		return foreignFile
	}
	for _, d := range docs {
		if head, sure := d.Head(); sure && head.Kind != "" || !sure && mayHoldKind(d.Text) {
			return kubernetesFile
		}
	}
	return foreignFile
}
