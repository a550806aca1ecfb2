package cli

import (
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet/command"
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/guard"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// prFlags say which change is wanted and what is done with it.
type prFlags struct {
	startFlags
	request  proposal.Request
	guard    guard.Request
	guarding bool
	print    bool
	detailed bool
}

// pr makes one phase one pull request.
func (a *app) pr() *cobra.Command {
	var f prFlags
	cmd := &cobra.Command{
		Use:   "pr [advance|back|rollout|start KIND]",
		Short: "make one phase one pull request: move, sync, commit, push, open or update",
		Long: `pr takes the state from the base branch as the remote has it, makes one move
(advance, if none is named), writes the outputs, commits, pushes to the branch
l5d-pki/NAME/EPOCH-PHASE and opens the pull request, or brings the open one up to
date. It works in a tree of its own: yours stays as it is. Run twice, it changes
nothing; when the base moved, the change is made anew on it, with the same
certificates, if this clone made the commit on the branch or a key of
allowed_signers signed it; every other branch is left alone. The next phase is
refused while one is open.

  pr --next    for cron: opens the next phase when its gate is open, starts a
               rotation before something ends (--start-before), or does nothing,
               and says why
  pr --guard   for pull requests: judges the change of the state between base and
               head, checks the outputs, the log and keys, says what the change
               does, as a comment too; exit code 1 when it must not be merged
  pr --print   prints branch, title, body, labels and commit message of the move
               in the working tree, for other tools; writes nothing to Git
  pr --commit-only   makes the commit and the local branch, pushes nothing`,
		Example: `  l5d-pki-render pr start anchor
  l5d-pki-render pr --evidence observation.yaml
  l5d-pki-render pr back --evidence observation.yaml --why "gateways were forgotten"
  l5d-pki-render pr --next --observe --evidence-key ~/.ssh/observer
  l5d-pki-render pr --guard --base main
  l5d-pki-render pr --print --out change`,
		Args:      cobra.MaximumNArgs(2),
		ValidArgs: []string{state.MoveAdvance, state.MoveBack, state.MoveRollout, state.MoveStart},
		RunE:      a.run(func(_ *cobra.Command, args []string) error { return a.doPR(&f, args) }),
	}
	f.addStart(cmd)
	cmd.Flags().Lookup("dry-run").Usage = "say what would be done; commit, push, call and mint nothing"
	_ = cmd.Flags().MarkHidden("csr-out") // of start alone
	f.addMove(cmd)
	f.addWays(cmd)
	f.evidence.observing(cmd)
	cmd.Flags().StringVar(&f.evidence.key, "evidence-key", "", "with --observe: SSH key `FILE` that signs the observation, as evidence sign does")
	cmd.Flags().StringVar(&f.request.Signers, "allowed-signers", proposal.DefaultSigners, "file of the base branch, relative to the state, that lists the SSH keys whose commits are taken over")
	return cmd
}

func (f *prFlags) addMove(cmd *cobra.Command) {
	q := &f.request
	cmd.Flags().StringVar(&q.Wish.To, "to", "", "phase to enter")
	cmd.Flags().BoolVar(&q.Wish.Abandon, "abandon", false, "with back: return to the stable phase that the rotation began in")
	cmd.Flags().StringVar(&q.Fleet, "fleet", "", "move all members of this fleet file that may move, in one pull request; with --guard: the fleet that the state belongs to")
	cmd.Flags().StringSliceVar(&q.Members, "member", nil, "with --fleet: move these members, all or none (default: all that may move)")
	cmd.Flags().StringVar(&q.Clones, "repositories", "", "with --fleet: "+command.ClonesUsage)
	cmd.Flags().StringVar(&q.Remote, "remote", "", "Git remote (default: the only one, or else origin)")
	cmd.Flags().StringVar(&q.Base, "base", "", "branch that changes go to (default: the remote's default branch; with --guard: the one that the CI names)")
	cmd.Flags().StringSliceVar(&q.Labels, "label", []string{forge.LabelPrefix}, "label of the pull request; may be given several times")
	cmd.Flags().BoolVar(&q.Draft, "draft", false, "open it as a draft; make the open one a draft")
	cmd.Flags().BoolVar(&q.Wish.Ahead, "draft-until-gate", false, "open it as a draft before its gate is open; ready when it is")
	cmd.Flags().BoolVar(&q.Wish.Anew, "anew", false, "make the move anew although the branch holds it: new instant, new certificates")
	cmd.Flags().BoolVar(&q.KeepEvidence, "keep-evidence", true, "commit the observations beside the state (evidence/), for reviewer and guard")
	cmd.Flags().StringVar(&q.Forge.Kind, "forge", "", "github, gitlab or gitea (default: by the remote's address)")
	cmd.Flags().StringVar(&q.Forge.BaseURL, "forge-url", "", "address of the forge (default: by the remote's address)")
	cmd.Flags().StringVar(&q.Forge.CAFile, "ca-file", "", "certificates (PEM) of the authority of a private forge")
	cmd.Flags().BoolVar(&f.detailed, "detailed-exitcode", false, "exit 2 when something was, or with --dry-run would be, changed")
}

func (f *prFlags) addWays(cmd *cobra.Command) {
	q, g := &f.request, &f.guard
	cmd.Flags().BoolVar(&q.Wish.Next, "next", false, "decide what is due, and do it or say why not")
	cmd.Flags().StringVar(&q.StartBefore, "start-before", fmt.Sprint(rotation.DuePercent)+"%", "with --next: start a rotation when less than this is left of a certificate's life (like 30% or 60d; never)")
	cmd.Flags().BoolVar(&f.guarding, "guard", false, "judge the change from base to head")
	cmd.Flags().BoolVar(&g.AllowNoState, "allow-no-state", false, "with --guard: pass where neither side has a state file")
	cmd.Flags().StringSliceVar(&g.Others, "other-state", nil, "with --guard --allow-no-state: state file that another guard judges, from the top of the repository; may be given several times")
	cmd.Flags().StringSliceVar(&g.Accept, "accept", nil, "with --guard: CODE of findings that a maintainer accepted ("+guard.AcceptableCodes()+")")
	cmd.Flags().StringVar(&g.Head, "head", "HEAD", "with --guard: the commit to judge")
	cmd.Flags().IntVar(&g.Pull, "pull", 0, "with --guard: number of the pull request to comment on (default: what the CI says)")
	cmd.Flags().BoolVar(&f.print, "print", false, "print the pull request of the move in the working tree, write nothing to Git")
	cmd.Flags().StringVar(&q.Out, "out", "", "with --print and --commit-only: write branch, title, body.md, labels, commit-message and trailers into this folder")
	cmd.Flags().StringVar(&q.Flavour, "flavor", "", "write the body for github, gitlab, gitea, bitbucket, bitbucket-server, azure or plain (default: by the remote's address)")
	cmd.Flags().BoolVar(&q.CommitOnly, "commit-only", false, "make the commit and a local branch, push nothing")
	cmd.MarkFlagsMutuallyExclusive("next", "guard", "print", "commit-only")
	cmd.MarkFlagsMutuallyExclusive("to", "abandon")
	cmd.MarkFlagsMutuallyExclusive("fleet", "next")
	cmd.MarkFlagsMutuallyExclusive("fleet", "print")
}

func (a *app) doPR(f *prFlags, args []string) (err error) {
	if f.request.Wish, err = proposal.Asked(args, f.request.Wish, f.guarding); err != nil {
		return err
	}
	if f.request.Members != nil && (f.request.Fleet == "" || f.guarding) {
		return problem.PRArguments.With("--member", "members are those of --fleet that move; the guard judges all")
	}
	if f.startFlags.request != "" {
		return problem.PRArguments.With("--csr-out "+f.startFlags.request, "a certificate request is made by `start`, and changes no state")
	}
	show, err := a.show(&viewFlags{format: f.format})
	if err != nil {
		return err
	}
	r, ending, err := a.prReport(f)
	if err != nil {
		return err
	}
	if a.data, err = show(r); err != nil {
		return err
	}
	if err := a.tellCI(r); err != nil {
		return err
	}
	if f.request.Fleet == "" { // what comes next is of one state
		a.afterPull(r, f.statePath)
	}
	return ending
}

// prResult is what one way of the command has to say.
type prResult interface {
	results.Report
	// Outputs are for later steps of a CI job; empty values are left out.
	Outputs() [][2]string
}

// prReport goes the way that the flags ask for; ending is the exit code of a call
// that has a report, as an error.
func (a *app) prReport(f *prFlags) (r prResult, ending, err error) {
	q := a.asked(f)
	w := proposal.World{World: a.baseWorld(f.custody, q), Moves: a.moves(f.custody)}
	if f.guarding {
		report, err := guard.Judge(w.World, f.judged(q))
		if err == nil && !report.Safe() {
			ending = errFound
		}
		return report, ending, err
	}
	if f.print {
		r, err = proposal.Print(w, q)
		return r, nil, err
	}
	propose := proposal.Make
	if q.Fleet != "" {
		propose = proposal.MakeFleet
	}
	report, err := propose(w, q)
	switch {
	case report.Blocked != nil:
		ending = report.Blocked
	case f.detailed && report.Changed():
		ending = errWouldChange
	}
	return report, ending, err
}
