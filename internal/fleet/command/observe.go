package command

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/observe/caller"
	"github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"

	"github.com/spf13/cobra"
)

// Observing is how the members of a fleet are observed.
type Observing struct {
	// Path of the fleet file; Parallel is how many members are read at the same time.
	Path, Clones string
	Parallel     int
	Options      caller.Options
	// Strict: what could not be seen of a member counts as a failure, too.
	Strict bool
	// JSON instead of text.
	JSON bool
}

// Add adds the flags, and says which ones are of a single cluster.
func (o *Observing) Add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.Path, "fleet", "", "read every member of this fleet file that has a context")
	cmd.Flags().StringVar(&o.Clones, "repositories", "", "with --fleet: "+checkout.ClonesUsage)
	cmd.Flags().IntVar(&o.Parallel, "parallel", 8, "with --fleet: members that are read at the same time")
	for _, flag := range []string{"state", "context", "cluster", "namespace", "to", "rbac", "prometheus"} {
		cmd.MarkFlagsMutuallyExclusive("fleet", flag)
	}
}

// Program runs l5d-pki-render-cluster, and ends it with the context.
type Program func(ctx context.Context, in io.Reader, out io.Writer) error

// observed is what became of one member.
type observed struct {
	Member string `json:"member"`
	// File that was written; empty where the member is unknown.
	File string `json:"file,omitempty"`
	// Kept is a copy of what was in that file before and still counts.
	Kept string `json:"kept,omitempty"`
	// Gaps are what the observation does not show.
	Gaps []string `json:"gaps,omitempty"`
	// Unknown is why there is no observation; the file that was there is kept.
	Unknown string `json:"unknown,omitempty"`
}

// Observed are all members, in the order of the fleet file.
type Observed []observed

// Observe reads the cluster of every member that has a context, several at the same
// time, and writes each observation to where the fleet file says it is. A member that
// cannot be read keeps the observation that it has, and is named. The error is failed
// where there is such a member.
func Observe(o Observing, w files.Writer, run Program, failed error) ([]byte, error) {
	on, err := checkout.Members(checkout.At{Path: o.Path, Clones: o.Clones})
	if err != nil {
		return nil, err
	}
	all, targets, at := targetsOf(on)
	if len(targets) == 0 {
		return nil, problem.FleetNoContext.With().In(o.Path).On("spec.members")
	}
	program := func(ctx context.Context) caller.Program {
		return func(in io.Reader, out io.Writer) error { return run(ctx, in, out) }
	}
	caller.Several(o.Options, o.Parallel, targets, program, func(n int, seen caller.Seen) {
		all[at[n]].take(seen, on, at[n], w)
	})
	show, err := report.In(map[bool]string{true: report.JSON, false: report.Text}[o.JSON], screen.View{})
	if err != nil {
		return nil, err
	}
	data, err := show(all)
	if err == nil && slices.ContainsFunc(all, func(r observed) bool { return r.Unknown != "" || o.Strict && len(r.Gaps) > 0 }) {
		err = failed
	}
	return data, err
}

// targetsOf are the clusters that can be read and written, and the numbers of their
// members; the others are unknown already.
func targetsOf(on *checkout.Fleet) (all Observed, targets []caller.Target, at []int) {
	all = make(Observed, len(on.Clusters))
	for i, c := range on.Clusters {
		all[i].Member = c.Name
		switch {
		case c.Context == "":
			all[i].Unknown = "spec.members has no context for it"
			continue
		case c.Observation == "":
			all[i].Unknown = "spec.members has no observation for it, so there is no place to write to"
			continue
		}
		err := cmp.Or(on.Writable("", "observation", c.Observation), files.MayWrite(on.Beside(c.Observation), rotation.ObservationKind))
		if err != nil {
			all[i].Unknown = problem.Of(err)[0].Text
			continue
		}
		t := caller.Target{Cluster: caller.Cluster{Name: c.Name, Namespace: linkerd.Namespace}, Context: c.Context, State: c.Now}
		if c.Now != nil {
			t.Namespace = caller.ClusterOf(c.Now).Namespace
		}
		targets, at = append(targets, t), append(at, i)
	}
	return all, targets, at
}

// take writes what was seen of the member.
func (r *observed) take(seen caller.Seen, on *checkout.Fleet, i int, w files.Writer) {
	r.Unknown = seen.Unknown
	if seen.Observation == nil {
		return
	}
	file := on.Beside(on.Clusters[i].Observation)
	text, err := caller.Text(seen.Observation)
	if err == nil {
		err = r.keep(seen.Observation, on, i, w)
	}
	if err == nil && r.Unknown == "" {
		err = w.MakeDirs(filepath.Dir(file))
	}
	if err == nil && r.Unknown == "" {
		err = w.Replace(file, text, 0o644)
	}
	if err != nil {
		r.Unknown = problem.Of(err)[0].Text
	}
	if r.Unknown != "" {
		return
	}
	r.File = file
	for _, g := range seen.Gaps {
		r.Gaps = append(r.Gaps, g.String())
	}
}

// keep keeps a copy of the observation that is about to be written over, where a wait would
// be counted from before it: beside the state, which in another repository only a person
// can do.
func (r *observed) keep(o *rotation.Observation, on *checkout.Fleet, i int, w files.Writer) error {
	c := on.Clusters[i]
	if c.Now == nil {
		return nil
	}
	known, _ := on.Kept(i) // of what cannot be read every move says so
	was := moves.Overwrites(on.Beside(c.Observation), o, c.Now, known, c.Name)
	if was == nil {
		return nil
	}
	name := path.Join(path.Dir(c.State), was.Name)
	if c.Repository != "" {
		r.Unknown = fmt.Sprintf("the observation of %s in %s ended a wait, and would be forgotten: "+
			"commit a copy of it as %s in repository %s, run `l5d-pki-render fleet pin`, and observe again",
			was.At, on.Beside(c.Observation), name, c.Repository)
		return nil
	}
	err := on.Writable("", "observation", name)
	if err == nil {
		r.Kept, err = was.Keep(w, on.StatePath(i))
	}
	return err
}

// Data is for JSON and YAML.
func (r Observed) Data() any { return []observed(r) }

// maxGaps is how many gaps of a member are listed.
const maxGaps = 5

// Text is a line for each member, and what its observation does not show.
func (r Observed) Text() string {
	var b strings.Builder
	known := 0
	for _, m := range r {
		if m.Unknown != "" {
			fmt.Fprintf(&b, "%s: UNKNOWN: %s\n", m.Member, m.Unknown)
			continue
		}
		known++
		fmt.Fprintf(&b, "%s: wrote %s\n", m.Member, m.File)
		if m.Kept != "" {
			fmt.Fprintf(&b, "  kept a copy of the observation before, which ended a wait: %s\n", m.Kept)
		}
		for i, g := range m.Gaps {
			if i == maxGaps {
				fmt.Fprintf(&b, "  not seen: %d more\n", len(m.Gaps)-i)
				break
			}
			fmt.Fprintf(&b, "  not seen: %s\n", g)
		}
	}
	fmt.Fprintf(&b, "observed %d of %d members\n", known, len(r))
	return b.String()
}

// Markdown is the text as a code block.
func (r Observed) Markdown() string { return sink.Block("", r.Text()) }
