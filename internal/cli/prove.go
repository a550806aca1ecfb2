package cli

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/command"
	"github.com/l5d-pki/l5d-pki-render/internal/observe/caller"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/internal/terminal"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// proveFlags say what to prove.
type proveFlags struct {
	state, at, base, fleet, clones string
	view                           viewFlags
	all, handshakes, exhaustive    bool
	size                           rotation.ExploreOptions
	evidence                       evidenceFlags
	custody                        custodyFlags
}

// prove shows the trust matrix of the steps from here, or of the whole plan.
func (a *app) prove() *cobra.Command {
	var f proveFlags
	cmd := &cobra.Command{
		Use:   "prove",
		Short: "verify every live bundle against every live chain (the trust matrix)",
		Long: `prove verifies every bundle that a live endpoint holds, or may still be given,
against every chain that is served, or may still be: by the rules of proxies
(webpki), of identity (Go), and of plain Go clients; with --handshakes by real
mutual TLS 1.3 handshakes too, which l5d-pki-render-cluster makes (it opens the
issuers' keys, where the custody lets it).
It covers the current step, the next and each revert; --all the whole plan.

--exhaustive walks the state space instead: every order in which pods restart,
kubelet lags, replicas crash or miss a reload, and commits are reverted. It does
so for the rotation under way, gated as this tool gates it, and for the orders
that people follow elsewhere, and prints a shortest counter-example in words.
With --fleet it does so for three linked clusters in step (docs/proof.md).

With --base FILE (the version in the target branch) it judges the change from
there to the state file, however it was made: by a move, by hand, by git revert.
Exit code 1 when a judged change is not safe, or when the bundle and the issuer in
force do not verify with each other. Steps that are not safe yet do not count.`,
		Example: `  l5d-pki-render prove --all -o markdown
  git show origin/main:rotation.yaml > base.yaml && l5d-pki-render prove --base base.yaml
  l5d-pki-render prove --exhaustive --fleet fleet.yaml`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error { return a.doProve(&f) }),
	}
	stateFlag(cmd, &f.state)
	f.evidence.add(cmd)
	f.custody.add(cmd)
	cmd.Flags().StringVar(&f.at, "at", "", "verify at this instant (RFC 3339) instead of now")
	f.view.add(cmd)
	cmd.Flags().StringVar(&f.base, "base", "", "judge the change from this version of the state file")
	cmd.Flags().BoolVar(&f.all, "all", false, "prove every step of the plan, forward and back")
	cmd.Flags().BoolVar(&f.handshakes, "handshakes", false, "make real mutual TLS 1.3 handshakes with throw-away leaves (reads the issuers' keys)")
	cmd.Flags().BoolVar(&f.exhaustive, "exhaustive", false, "walk every interleaving of restarts, lag, crashes, missed reloads and reverts")
	cmd.Flags().IntVar(&f.size.Proxies, "proxies", 0, "with --exhaustive: proxies of each cluster (default 3, fewer for several clusters)")
	cmd.Flags().IntVar(&f.size.Replicas, "replicas", 0, "with --exhaustive: identity replicas of each cluster")
	cmd.Flags().IntVar(&f.size.Clusters, "clusters", 0, "with --exhaustive: linked clusters, 1 to 3 (default 1, with --fleet 3)")
	cmd.Flags().StringVar(&f.fleet, "fleet", "", "walk every interleaving of linked clusters with the rotations of this fleet file, by the rules of fleets")
	cmd.Flags().StringVar(&f.clones, "repositories", "", "with --fleet: "+command.ClonesUsage)
	cmd.MarkFlagsMutuallyExclusive("base", "all", "exhaustive")
	cmd.MarkFlagsMutuallyExclusive("base", "all", "handshakes", "fleet")
	cmd.MarkFlagsMutuallyExclusive("base", "handshakes")
	cmd.MarkFlagsMutuallyExclusive("exhaustive", "handshakes")
	return cmd
}

func (a *app) doProve(f *proveFlags) error {
	defer terminal.Busy(a.Stderr, a.Getenv, "verifying")()
	show, err := a.show(&f.view)
	if err != nil {
		return err
	}
	instant, err := a.instant(f.at)
	if err != nil {
		return err
	}
	if f.fleet != "" {
		a.data, err = command.Prove(command.At{Path: f.fleet, Clones: f.clones}, f.size, a.Now, show, errFound)
		return err
	}
	s, err := a.loadState(f.state)
	if err != nil {
		return err
	}
	r, err := a.proved(f, s, instant)
	if err != nil {
		return statefile.Named(err, f.state, f.state)
	}
	if a.data, err = show(r); err != nil {
		return err
	}
	if judged, ok := r.(results.Judged); ok && judged.IsUnsafe() {
		return errFound
	}
	return nil
}

// proved makes the report that the flags ask for.
func (a *app) proved(f *proveFlags, s *state.Rotation, at time.Time) (results.Report, error) {
	if f.exhaustive {
		all, err := rotation.ExploreAll(s, f.size, at)
		return results.Explorations(all), err
	}
	e, err := f.evidence.Load(f.state, s)
	if err != nil {
		return nil, err
	}
	if f.base != "" {
		before, err := a.loadState(f.base)
		if err != nil {
			return nil, err
		}
		c, err := rotation.JudgeChange(before, s, e, at)
		return results.Change{Change: c}, err
	}
	o := rotation.ProveOptions{All: f.all}
	if f.handshakes {
		c, err := a.custodyOf(f.state, s, f.custody)
		if err == nil {
			o.IssuerKeys, err = keyfile.OpenIssuers(c)
		}
		if err != nil {
			return nil, err
		}
		o.Random, o.Handshake = a.Random, caller.Handshakes(a.cluster(nil))
	}
	p, err := rotation.Prove(s, o, e, at)
	return results.Proof{Proof: p}, err
}
