package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"github.com/spf13/cobra"
)

// prFlags say which change is wanted and what is done with it.
type prFlags struct {
	startFlags
	to      string
	abandon bool
	// where from, where to
	remote, base, head string
	labels             []string
	draft, ahead, anew bool
	keepEvidence       bool
	// what is done
	print, commitOnly, next, guard bool
	out, flavour                   string
	pull                           int
	startBefore                    string
	signers                        string
	detailed                       bool
	forge                          forge.Flags
	guarding                       guardFlags
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
  l5d-pki-render pr --next --evidence observation.yaml --start-before 30%
  l5d-pki-render pr --guard --base main
  l5d-pki-render pr --print --out change`,
		Args:      cobra.MaximumNArgs(2),
		ValidArgs: []string{verbAdvance, verbBack, verbRollout, verbStart},
		RunE:      a.run(func(_ *cobra.Command, args []string) error { return a.doPR(&f, args) }),
	}
	f.addStart(cmd)
	cmd.Flags().Lookup("dry-run").Usage = "say what would be done; commit, push, call and mint nothing"
	_ = cmd.Flags().MarkHidden("csr-out") // of start alone
	f.addMove(cmd)
	f.addWays(cmd)
	cmd.Flags().StringVar(&f.signers, "allowed-signers", "allowed_signers", "file of the base branch, relative to the state, that lists the SSH keys whose commits are taken over")
	return cmd
}

func (f *prFlags) addMove(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.to, "to", "", "phase to enter")
	cmd.Flags().BoolVar(&f.abandon, "abandon", false, "with back: return to the stable phase that the rotation began in")
	cmd.Flags().StringVar(&f.remote, "remote", "", "Git remote (default: that of the current branch, origin, or the only one)")
	cmd.Flags().StringVar(&f.base, "base", "", "branch that changes go to (default: the remote's default branch; with --guard: the one that the CI names)")
	cmd.Flags().StringSliceVar(&f.labels, "label", []string{forge.LabelPrefix}, "label of the pull request; may be given several times")
	cmd.Flags().BoolVar(&f.draft, "draft", false, "open it as a draft")
	cmd.Flags().BoolVar(&f.ahead, "draft-until-gate", false, "open it as a draft before its gate is open; ready when it is")
	cmd.Flags().BoolVar(&f.anew, "anew", false, "make the move anew although the branch holds it: new instant, new certificates")
	cmd.Flags().BoolVar(&f.keepEvidence, "keep-evidence", true, "commit the observations beside the state (evidence/), for reviewer and guard")
	cmd.Flags().StringVar(&f.forge.Kind, "forge", "", "github, gitlab or gitea (default: by the remote's address)")
	cmd.Flags().StringVar(&f.forge.BaseURL, "forge-url", "", "address of the forge (default: by the remote's address)")
	cmd.Flags().StringVar(&f.forge.CAFile, "ca-file", "", "certificates (PEM) of the authority of a private forge")
	cmd.Flags().BoolVar(&f.detailed, "detailed-exitcode", false, "exit 2 when something was, or with --dry-run would be, changed")
}

func (f *prFlags) addWays(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.next, "next", false, "decide what is due, and do it or say why not")
	cmd.Flags().StringVar(&f.startBefore, "start-before", "30%", "with --next: start a rotation when less than this is left of a certificate's life (like 30% or 60d; never)")
	cmd.Flags().BoolVar(&f.guard, "guard", false, "judge the change from base to head")
	f.guarding.add(cmd)
	cmd.Flags().StringVar(&f.head, "head", "HEAD", "with --guard: the commit to judge")
	cmd.Flags().IntVar(&f.pull, "pull", 0, "with --guard: number of the pull request to comment on (default: what the CI says)")
	cmd.Flags().BoolVar(&f.print, "print", false, "print the pull request of the move in the working tree, write nothing to Git")
	cmd.Flags().StringVar(&f.out, "out", "", "with --print and --commit-only: write branch, title, body.md, labels, commit-message and trailers into this folder")
	cmd.Flags().StringVar(&f.flavour, "flavor", "", "write the body for github, gitlab, gitea, bitbucket, bitbucket-server, azure or plain (default: by the remote's address)")
	cmd.Flags().BoolVar(&f.commitOnly, "commit-only", false, "make the commit and a local branch, push nothing")
	cmd.MarkFlagsMutuallyExclusive("next", "guard", "print", "commit-only")
	cmd.MarkFlagsMutuallyExclusive("to", "abandon")
}

func (a *app) doPR(f *prFlags, args []string) error {
	k, err := f.asked(args)
	if err != nil {
		return err
	}
	show, err := printer(f.format)
	if err != nil {
		return err
	}
	r, err := a.prReport(f, k)
	if err != nil {
		return err
	}
	if a.data, err = show(r); err != nil {
		return err
	}
	if err := a.tellCI(r); err != nil {
		return err
	}
	return r.ending(f)
}

// prResult is what one way of the command has to say.
type prResult interface {
	report
	// outputs are for later steps of a CI job; nil values are left out.
	outputs() [][2]string
	// ending is the exit code, as an error.
	ending(f *prFlags) error
}

// prReport goes the way that the flags ask for.
func (a *app) prReport(f *prFlags, k ask) (prResult, error) {
	if f.print {
		return a.printPR(f, k)
	}
	if err := f.guarding.check(); err != nil {
		return nil, err
	}
	c, err := a.openPR(f)
	if err != nil {
		return nil, err
	}
	defer c.close()
	var r prResult
	switch {
	case f.guard:
		r, err = c.guard()
	case f.next:
		r, err = c.autopilot()
	case f.commitOnly:
		r, err = c.commitOnly(k)
	default:
		r, err = c.open(k)
	}
	return r, c.told(err)
}

// told names files by their place in the repository: the tree that the
// command works in is nobody's.
func (c *prCall) told(err error) error {
	if err == nil {
		return nil
	}
	problems := problem.Of(err)
	for _, p := range problems {
		p.File = c.inRepository(p.File)
	}
	return problems.Err()
}
