package command

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
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
		all[at[n]].take(seen, on.Beside(on.Clusters[at[n]].Observation), w)
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
func (r *observed) take(seen caller.Seen, path string, w files.Writer) {
	r.Unknown = seen.Unknown
	if seen.Observation == nil {
		return
	}
	text, err := caller.Text(seen.Observation)
	if err == nil {
		err = w.MakeDirs(filepath.Dir(path))
	}
	if err == nil {
		err = w.Replace(path, text, 0o644)
	}
	if err != nil {
		r.Unknown = problem.Of(err)[0].Text
		return
	}
	r.File = path
	for _, g := range seen.Gaps {
		r.Gaps = append(r.Gaps, g.String())
	}
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
