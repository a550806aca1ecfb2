package cli

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/check"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/observe/caller"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// checkFlags say what is checked. The hidden ones are what `linkerd check` hands
// to every extension (linkerd2: cli/cmd/check.go, getExtensionCheckFlags).
type checkFlags struct {
	statePath, at, format, namespace string
	observed                         []string
	linkerd                          linkerdFlags
}

// linkerdFlags say which cluster is read, in the words of linkerd's own flags.
type linkerdFlags struct {
	kubeconfig, context, apiServer, user string
	groups                               []string
	namespace                            string
	wait                                 time.Duration
	verbose, proxy                       bool
}

func (f *linkerdFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.kubeconfig, "kubeconfig", "", "path of the kubeconfig file")
	cmd.Flags().StringVar(&f.context, "context", "", "context of the kubeconfig file")
	cmd.Flags().StringVar(&f.apiServer, "api-addr", "", "address of the API server")
	cmd.Flags().StringVar(&f.user, "as", "", "user to impersonate")
	cmd.Flags().StringArrayVar(&f.groups, "as-group", nil, "group to impersonate")
	cmd.Flags().StringVarP(&f.namespace, "linkerd-namespace", "L", "linkerd", "namespace of the control plane")
	cmd.Flags().DurationVar(&f.wait, "wait", 5*time.Minute, "how long to wait for the cluster")
	cmd.Flags().BoolVar(&f.verbose, "verbose", false, "as linkerd check passes it")
	cmd.Flags().BoolVar(&f.proxy, "proxy", false, "as linkerd check passes it: the data plane is always checked")
	for _, name := range []string{"api-addr", "as", "as-group", "linkerd-namespace", "wait", "verbose", "proxy"} {
		_ = cmd.Flags().MarkHidden(name)
	}
}

// check judges an observation of the cluster as linkerd check does.
func (a *app) check() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check",
		Short: "check certificates of a mesh as `linkerd check --proxy` does, and what it misses",
		Long: `check reads the cluster of the kubeconfig (docs/observe.md), or takes an observation
that was saved, and judges it: the identity sections of
linkerd check --proxy, and what they miss: expired and late leaves, the issuer of
each identity replica, what the webhooks serve, proxies that refuse each other.
With a state file it also compares the cluster with the phase, and says which
warnings are expected in it. Exit code 1 when a check fails; warnings do not.

Under the name linkerd-pki (a link to this program in the PATH) it is an extension
that linkerd check runs.`,
		Example: `  l5d-pki-render check
  l5d-pki-render check --observed observation.yaml
  l5d-pki-render check --observed observation.yaml -o junit > check.xml`,
		Args: cobra.NoArgs,
		RunE: a.runForStdout(func(cmd *cobra.Command, _ []string) error {
			return a.doCheck(&f, cmd.Flags().Changed("state"))
		}),
	}
	stateFlag(cmd, &f.statePath)
	cmd.Flags().StringArrayVar(&f.observed, "observed", nil, "observation file (env L5D_PKI_OBSERVED); of several, the newest")
	cmd.Flags().StringVarP(&f.namespace, "namespace", "n", "", "check the data plane of this namespace only")
	cmd.Flags().StringVar(&f.at, "at", "", "judge dates at this instant (RFC 3339) instead of now")
	cmd.Flags().StringVarP(&f.format, "output", "o", results.Text, "text, short, json (as linkerd check) or junit")
	f.linkerd.add(cmd)
	return cmd
}

func (a *app) doCheck(f *checkFlags, stateNamed bool) error {
	write, err := check.In(f.format)
	if err != nil {
		return err
	}
	in := check.Input{Namespace: f.namespace}
	if in.At, err = a.instant(f.at); err != nil {
		return err
	}
	if in.State, err = a.stateIfThere(f.statePath, stateNamed); err != nil {
		return err
	}
	if in.Observation, err = a.observation(f, in.State); err != nil {
		return err
	}
	r := check.Of(in)
	if a.data, err = write(r); err == nil && !r.Success {
		err = errFound
	}
	return err
}

// stateIfThere reads the state file; nil where none is there and none was named.
func (a *app) stateIfThere(path string, named bool) (*state.Rotation, error) {
	if !named && !files.IsFile(path) {
		return nil, nil
	}
	return a.loadState(path)
}

// observation is what check judges: the newest of the files, or what the cluster is now.
func (a *app) observation(f *checkFlags, s *state.Rotation) (*rotation.Observation, error) {
	if len(f.observed) == 0 {
		return a.observedNow(&f.linkerd, s)
	}
	return moves.Newest(f.observed)
}

// observedNow reads the cluster that linkerd's flags name.
func (a *app) observedNow(f *linkerdFlags, s *state.Rotation) (*rotation.Observation, error) {
	groups := slices.DeleteFunc(slices.Clone(f.groups), func(g string) bool { return g == "[]" }) // linkerd check: none
	if f.apiServer != "" || f.user != "" || len(groups) > 0 {
		return nil, problem.CheckFlags.With()
	}
	cluster := caller.Cluster{Name: cmp.Or(f.context, "cluster"), Namespace: f.namespace}
	if s != nil {
		cluster = caller.ClusterOf(s)
	}
	o, _, err := a.observeNow(&clusterFlags{caller.Options{Kubeconfig: f.kubeconfig, Context: f.context, Limit: f.wait}}, s, cluster)
	return o, err
}

// extensionMetadata is what linkerd check asks an extension before it runs it
// (linkerd2: pkg/healthcheck/healthcheck_output.go, ExtensionMetadataOutput).
const extensionMetadata = "_extension-metadata"

// metadata answers linkerd check; name is what the program was called by.
func (a *app) metadata() *cobra.Command {
	return &cobra.Command{
		Use: extensionMetadata + " NAME", Short: "say to linkerd check that this is an extension", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: a.run(func(_ *cobra.Command, args []string) (err error) {
			a.data, err = json.Marshal(map[string]string{"name": args[0], "checks": "always"})
			a.data = append(a.data, '\n')
			return err
		}),
	}
}
