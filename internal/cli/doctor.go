package cli

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/recovery"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// doctor names what is wrong and the commands that lead out of it.
func (a *app) doctor() *cobra.Command {
	var statePath, at, format, down string
	var evidence evidenceFlags
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "name what is wrong, and print the commands that repair it, in order",
		Long: `doctor looks at the state, its key files, the Git history of the state file and the
observations that you bring, and names each situation that it knows: material
that has expired, keys that are lost, commits that were reverted, a cluster that
has a part of the phase. For each it prints the commands to run, in order. It
changes nothing. Exit code 1 when something is wrong.`,
		Example: `  l5d-pki-render doctor
  l5d-pki-render doctor --evidence observation.yaml
  l5d-pki-render doctor --down-since 2026-06-01T12:00:00Z`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			show, err := a.show(&viewFlags{format: format})
			if err != nil {
				return err
			}
			facts, err := a.facts(statePath, at, down, &evidence)
			if err != nil {
				return err
			}
			r := results.Diagnoses(recovery.Diagnose(facts))
			if a.data, err = show(r); err != nil || len(r) == 0 {
				return err
			}
			return errFound
		}),
	}
	stateFlag(cmd, &statePath)
	cmd.Flags().StringArrayVar(&evidence.files, "evidence", nil, "observation file; may be given several times")
	evidence.observing(cmd)
	cmd.Flags().StringVar(&at, "at", "", "judge dates at this instant (RFC 3339) instead of now")
	cmd.Flags().StringVar(&down, "down-since", "", "identity has signed nothing since this instant (RFC 3339), where no observation shows it")
	cmd.Flags().StringVarP(&format, "output", "o", results.Text, "text, json, yaml or markdown")
	return cmd
}

// facts gathers what the diagnosis goes by.
func (a *app) facts(statePath, at, down string, f *evidenceFlags) (recovery.Facts, error) {
	facts := recovery.Facts{File: statePath}
	var err error
	if down != "" {
		if facts.DownSince, err = a.instant(down); err != nil {
			return facts, err
		}
	}
	if facts.State, err = a.loadState(statePath); err != nil {
		return facts, err
	}
	evidence, err := a.evidence(f, statePath, facts.State)
	if err != nil {
		return facts, err
	}
	instant, err := a.instant(at) // after what is observed now
	if err != nil {
		return facts, err
	}
	if facts.Status, err = rotation.StatusOf(facts.State, evidence, instant); err != nil {
		return facts, statefile.Named(err, statePath, statePath)
	}
	facts.Observed = ofCluster(evidence.Observations, facts.State.Metadata.Name)
	facts.Reverted = reverted(statePath, facts.State)
	facts.MissingKeys, err = a.missingKeys(statePath, facts.State)
	return facts, err
}

// ofCluster are the observations of one cluster.
func ofCluster(all []*rotation.Observation, cluster string) (list []*rotation.Observation) {
	for _, o := range all {
		if o.Cluster == cluster {
			list = append(list, o)
		}
	}
	return list
}

// missingKeys lists the keys that the state names and whose files do not exist.
func (a *app) missingKeys(statePath string, s *state.Rotation) (missing []recovery.MissingKey, err error) {
	c, err := a.custodyOf(statePath, s, custodyFlags{})
	if err != nil {
		return nil, err
	}
	all, err := render.NamedKeys(c.State)
	if err != nil {
		return nil, statefile.Named(err, statePath, statePath)
	}
	for _, k := range all {
		if unusedKey(s, k.Path) {
			continue
		}
		if found := problem.Of(keyfile.Check(c, k)); len(found) == 0 || found[0].Code != problem.CustodyAbsent.Code {
			continue
		}
		of := strings.TrimPrefix(k.Where, "status.")
		of, _, _ = strings.Cut(of, "s[")
		of, _, _ = strings.Cut(of, "s.")
		missing = append(missing, recovery.MissingKey{Of: of, Name: k.Name, Path: k.Path})
	}
	return missing, nil
}

// unusedKey reports whether a key signs nothing in this phase or a later one:
// that of an outgoing anchor, and of an outgoing issuer that was switched.
func unusedKey(s *state.Rotation, path string) bool {
	for _, a := range s.Status.Anchors {
		if a.Key == path {
			return a.Role == state.RoleOutgoing
		}
	}
	for _, i := range s.Status.Issuers {
		if i.Key == path {
			return i.Role == state.RoleOutgoing && i.Name != s.Issuing().Name
		}
	}
	return false
}

// reverted is the committed version of the state file with the highest epoch, if
// the file is behind it; nil where Git has none or cannot say.
func reverted(statePath string, s *state.Rotation) *recovery.Reverted {
	versions, err := repo.Versions(statePath)
	if err != nil {
		return nil
	}
	var newest *recovery.Reverted
	for _, v := range versions {
		was, err := state.ParseLegacy(statePath, v.Text)
		if err != nil || was.Metadata.Name != s.Metadata.Name || was.Status.Epoch <= s.Status.Epoch {
			continue
		}
		if newest == nil || was.Status.Epoch >= newest.Epoch {
			newest = &recovery.Reverted{Commit: v.Commit, Epoch: was.Status.Epoch, Phase: was.Status.Phase}
		}
	}
	return newest
}

// fallen says that the epoch fell below one that Git has, "" if it did not.
func fallen(statePath string, s *state.Rotation) string {
	r := reverted(statePath, s)
	if r == nil {
		return ""
	}
	return fmt.Sprintf("the epoch fell: the file has epoch %d (%s), commit %s has epoch %d (%s)", s.Status.Epoch, s.Status.Phase, r.Commit[:12], r.Epoch, r.Phase)
}

// doctorCommand is the call of doctor that looks at the same files.
func doctorCommand(statePath string, evidence []string) string {
	command := recovery.Facts{File: statePath}.Command("doctor")
	for _, file := range evidence {
		command += " --evidence " + recovery.Quoted(file)
	}
	return command
}
