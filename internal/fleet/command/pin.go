package command

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"

	"github.com/spf13/cobra"
)

// pins are the members whose commits changed.
type pins []checkout.Repinned

// Data is for JSON and YAML.
func (p pins) Data() any {
	return struct {
		Pinned []checkout.Repinned `json:"pinned"`
	}{append([]checkout.Repinned{}, p...)}
}

// Text is a line for each member.
func (p pins) Text() string {
	if len(p) == 0 {
		return "every pin has the newest state already\n"
	}
	var b strings.Builder
	for _, m := range p {
		from := "nothing"
		if m.From != "" {
			from = m.From[:12]
		}
		fmt.Fprintf(&b, "pinned %s in repository %s: %s -> %s\n", m.Member, m.Repository, from, m.To[:12])
		if m.Unmerged {
			fmt.Fprintf(&b, "  the default branch of %s does not have that commit: merge it there too, after it was reviewed\n", m.Repository)
		}
	}
	return b.String()
}

// Markdown is the text as a code block.
func (p pins) Markdown() string { return sink.Block("", p.Text()) }

func (w World) pin() *cobra.Command {
	var f flags
	var commit string
	cmd := &cobra.Command{
		Use:   "pin",
		Short: "pin the newest states of other repositories in the fleet file",
		Long: `pin writes into the fleet file at which commit the state of each member of another
repository is read: the newest one of the remote's default branch, as the clone below
--repositories knows it (run git fetch there first), or --commit. Members whose state
is the same there keep their pin. Commit the fleet file; the guard judges the change.

pr --fleet pins the commits that it makes itself.`,
		Example: `  l5d-pki-render fleet pin --repositories ..
  l5d-pki-render fleet pin --repositories .. --member west --commit l5d-pki/west/3-anchor-spread`,
		Args: cobra.NoArgs,
		RunE: w.Run(func(*cobra.Command, []string) error {
			changed, err := checkout.Repin(w.Files(), f.at(), f.wish.Members, commit)
			if err != nil {
				return err
			}
			return w.show(f.format, pins(changed))
		}),
	}
	f.add(cmd)
	cmd.Flags().StringSliceVar(&f.wish.Members, "member", nil, "pin these members alone")
	cmd.Flags().StringVar(&commit, "commit", "", "commit, branch or tag of the clone to pin")
	return cmd
}
