package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// initFlags say which mesh a new state file is for.
type initFlags struct {
	statePath, stream, values, anchors, issuer string
	name, version, namespace, trustDomain      string
	scheme                                     string
	keysDir, custody                           string
	recipients                                 []string
	passphrase                                 bool
	sealTo, store                              string
	opening                                    custodyFlags
	mint, force, verify                        bool
}

// begun is a new state and what its writing brings along.
type begun struct {
	state *state.Rotation
	keys  []rotation.Minted
	notes []string
	// stream that was adopted.
	stream render.Source
}

// initialize writes the first state file of a mesh.
func (a *app) initialize() *cobra.Command {
	var f initFlags
	cmd := &cobra.Command{
		Use:   "init",
		Short: "write the state file of a running mesh, or of a new one",
		Long: `init writes the state file of a mesh that runs already, from a rendered chart, a
kubectl dump, Helm values, or the certificates themselves. It keeps the bytes of
the trust bundle, so that adopting restarts nothing, and says what rendering the
adopted stream would change. With --new it makes a first PKI instead. With --verify
it then renders the stream with the state that was written and prints a summary,
never a manifest; where the state file exists already, that is all it does.

Private keys that stand in the input are never written into the state. With
--keys-dir they become files that the state names, in the custody that you choose:
encrypted ones that Git may hold (--recipient: custody age; --custody sops), or
plain ones that only their owner reads and Git must not see (custody file). An
existing state file is not replaced without --force, an existing key never.`,
		Example: `  helm template linkerd-control-plane linkerd/linkerd-control-plane -n linkerd -f values.yaml | l5d-pki-render init --stream -
  kubectl get configmap,secret,deployment,cronjob,mutatingwebhookconfiguration,validatingwebhookconfiguration -n linkerd -o yaml | l5d-pki-render init --stream - --keys-dir keys
  l5d-pki-render init --verify --stream before.yaml
  l5d-pki-render init --from-values values.yaml --linkerd-version 2.18
  l5d-pki-render init --anchors ca.crt --issuer issuer.crt --linkerd-version 2.18
  l5d-pki-render init --new --linkerd-version 2.18 --recipient age1...
  l5d-pki-render init --new --linkerd-version 2.18 --custody file --keys-dir ../keys`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error { return a.afterInit(f.statePath, a.begin(&f)) }),
	}
	f.add(cmd)
	return cmd
}

func (f *initFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&f.statePath, "state", "s", "rotation.yaml", "state file to write, - for stdout (env L5D_PKI_STATE)")
	flags.StringVar(&f.stream, "stream", "", "manifests of the control plane, rendered or dumped, - for stdin")
	flags.StringVar(&f.values, "from-values", "", "Helm values of the control plane")
	flags.StringVar(&f.anchors, "anchors", "", "trust bundle (PEM), where the input has none")
	flags.StringVar(&f.issuer, "issuer", "", "issuer certificate (PEM), where the input has none")
	flags.BoolVar(&f.mint, "new", false, "make a first PKI: anchor, issuer and webhook certificates")
	flags.StringVar(&f.name, "name", "linkerd", "metadata.name of the state")
	flags.StringVar(&f.version, "linkerd-version", "", "Linkerd release, where the input does not tell it")
	flags.StringVar(&f.namespace, "namespace", "", "namespace of the control plane, where the input does not tell it")
	flags.StringVar(&f.scheme, "issuer-scheme", "", "of a new mesh: linkerd.io/tls, or kubernetes.io/tls where the issuer's Secret is not the chart's (docs/delivery.md)")
	flags.StringVar(&f.trustDomain, "trust-domain", "", "trust domain, where the input does not tell it")
	flags.StringVar(&f.keysDir, "keys-dir", "", "store private keys in this folder, relative to the state file (with --new: keys)")
	flags.StringVar(&f.custody, "custody", "", "where private keys live: age, sops, sealed-secret, external-secret, cert-manager or file")
	flags.StringArrayVar(&f.recipients, "recipient", nil, "of custody age: encrypt keys to this public key (age1..., ssh-ed25519 ..., ssh-rsa ...); may be repeated")
	flags.BoolVar(&f.passphrase, "passphrase", false, "of custody age: encrypt keys with a passphrase (env L5D_PKI_AGE_PASSPHRASE or --passphrase-file)")
	flags.StringVar(&f.sealTo, "seal-to", "", "of custody sealed-secret: the controller's certificate (kubeseal --fetch-cert), relative to the state file")
	flags.StringVar(&f.store, "store", "", "of custody external-secret: the SecretStore that has the keys")
	f.opening.add(cmd)
	flags.StringVar(&f.opening.keyOut, "key-out", "", "of custody external-secret, with --new: write minted keys into this folder, outside of Git, for you to put into the store")
	flags.BoolVar(&f.verify, "verify", false, "say what rendering the stream with the state would change (exit 1 if anything); an existing state file is only verified")
	flags.BoolVar(&f.force, "force", false, "replace an existing state file")
	for _, source := range []string{"stream", "from-values", "anchors", "issuer"} {
		cmd.MarkFlagsMutuallyExclusive("new", source)
	}
	cmd.MarkFlagsMutuallyExclusive("stream", "from-values")
	cmd.MarkFlagsMutuallyExclusive("new", "verify")
}

// begin makes the state, stores keys, and writes the state last, so that no
// state ever names a key that does not exist.
func (a *app) begin(f *initFlags) error {
	if err := f.checkVerify(); err != nil {
		return err
	}
	if f.verifiesOnly() {
		return a.verifyState(f)
	}
	if err := f.settleKeys(); err != nil {
		return err
	}
	if err := keyfile.Recover(a.files(), f.statePath, keyfile.NamedAt(f.statePath)); err != nil {
		return err
	}
	release, err := f.claim()
	if err != nil {
		return err
	}
	defer release()
	how := a.adopt
	switch {
	case f.mint && f.custody == state.CustodyCertManager:
		return a.firstInCluster(f)
	case f.mint:
		how = a.mintFirst
	}
	first, err := how(f)
	if err != nil {
		return err
	}
	defer keyfile.WipeAll(first.keys)
	text, err := state.Marshal(first.state)
	if err != nil {
		return problem.Of(err).In(f.statePath).Err()
	}
	before, err := a.storeFirstKeys(f, first)
	if err != nil {
		return err
	}
	for _, note := range first.notes {
		fmt.Fprintf(&a.talk, "note: %s\n", note)
	}
	if f.statePath == "-" {
		a.data, a.onStdout = text, before.Ending
		return nil
	}
	err = a.writeFile(f.statePath, text, 0o644, f.force)
	before.Ending(err)
	if err != nil || !f.verify {
		return err
	}
	return a.reportVerified(f, first.stream)
}

// settleKeys makes custody and folder fit each other.
func (f *initFlags) settleKeys() error {
	if f.custody == "" && (len(f.recipients) > 0 || f.passphrase) {
		f.custody = state.CustodyAge
	}
	switch {
	case f.custody != "":
	case f.sealTo != "":
		f.custody = state.CustodySealedSecret
	case f.store != "":
		f.custody = state.CustodyExternalSecret
	}
	if f.scheme != "" && !f.mint {
		return problem.AdoptScheme.With()
	}
	if f.mint && f.keysDir == "" && !f.elsewhere() {
		f.keysDir = "keys"
	}
	if f.keysDir == "" {
		return nil
	}
	if f.custody == "" {
		f.custody = state.CustodyFile
	}
	if kind, known := custody.Kinds[f.custody]; known && kind.Seal == nil {
		return problem.AdoptCustody.With(f.custody)
	}
	return nil
}

// settleCustody writes the flags' custody into a new state.
func (f *initFlags) settleCustody(s *state.Rotation) {
	s.Spec.Custody = state.Custody{Kind: f.custody, Recipients: f.recipients, Passphrase: f.passphrase, Certificate: f.sealTo, Store: f.store}
}

// claim refuses a state file that is there, or, with --force, one that another
// command is at work on.
func (f *initFlags) claim() (release func(), err error) {
	_, err = os.Lstat(f.statePath)
	switch {
	case f.statePath == "-" || errors.Is(err, fs.ErrNotExist):
		return func() {}, nil
	case !f.force:
		return nil, problem.CLIExists.With().In(f.statePath).Hint("--force replaces the state file")
	}
	if err := statefile.RefuseLink(f.statePath); err != nil {
		return nil, err
	}
	_, release, err = disk.Lock(f.statePath)
	if err != nil {
		return nil, keyfile.NotLocked(f.statePath, err)
	}
	return release, nil
}

// keyPath is how the state names a key; nil when keys stay where they are.
func (f *initFlags) keyPath() func(string) string {
	if f.keysDir == "" && f.mint {
		return func(name string) string { return "linkerd/" + name } // in the store
	}
	if f.keysDir == "" {
		return nil
	}
	return func(name string) string {
		return path.Join(filepath.ToSlash(f.keysDir), name+custody.Kinds[f.custody].Suffix)
	}
}

// adopt reads the inputs and adopts the mesh that they describe.
func (a *app) adopt(f *initFlags) (begun, error) {
	in := render.AdoptInput{
		Name: f.name, LinkerdVersion: f.version, Namespace: f.namespace, TrustDomain: f.trustDomain,
		Custody: f.custody, KeyPath: f.keyPath(), At: a.Now().Truncate(time.Second),
	}
	var problems problem.List
	for _, source := range []struct {
		path string
		cap  int64
		to   *render.Source
	}{
		{f.stream, render.MaxStream, &in.Stream},
		{f.values, statefile.MaxSize, &in.Values},
		{f.anchors, statefile.MaxSize, &in.Anchors},
		{f.issuer, statefile.MaxSize, &in.Issuer},
	} {
		if source.path == "" {
			continue
		}
		read, err := a.source(source.path, source.cap, source.path == f.stream)
		problems.Add(err)
		*source.to = read
	}
	if len(problems) > 0 {
		return begun{}, problems.Err()
	}
	s, found, err := render.Adopt(in)
	if err != nil {
		return begun{}, err
	}
	f.settleCustody(s)
	if f.custody == state.CustodyCertManager {
		nameOwnAnchors(s)
		if f.stream == "" && f.values == "" {
			s.Spec.Linkerd.IssuerScheme = state.SchemeKubernetes // the only one that cert-manager writes
		}
	}
	first := begun{state: s, notes: found.Notes, stream: in.Stream}
	for _, k := range found.Keys {
		first.keys = append(first.keys, rotation.Minted(k))
	}
	first.notes = append(first.notes, adoptedNotes(s, found, f.stream != "")...)
	return first, nil
}

// source reads one input; an empty one is empty, not absent.
func (a *app) source(name string, limit int64, stdin bool) (render.Source, error) {
	var data []byte
	var err error
	if stdin && name == "-" {
		name = "stdin"
		data, err = files.ReadAll(a.Stdin, name, limit)
	} else {
		data, err = files.Read(name, limit)
	}
	if data == nil {
		data = []byte{}
	}
	return render.Source{Name: name, Data: data}, err
}

// adoptedNotes say what was adopted and what rendering it would change.
func adoptedNotes(s *state.Rotation, found render.Adopted, stream bool) []string {
	l := s.Spec.Linkerd
	notes := []string{fmt.Sprintf("adopted Linkerd %s in namespace %s, trust domain %s: a trust bundle of %d, issuer %q, %d webhooks",
		l.Version, l.Namespace, l.TrustDomain, len(s.Status.Anchors), s.Status.Issuers[0].Name, len(s.Status.Webhooks))}
	if missing := strings.Join(found.Missing, ", "); missing != "" {
		notes = append(notes, "the stream has no Secret "+missing+": nothing was read from there, and rendering these Secrets was not compared; to adopt them too, add them to the stream (`kubectl get secret -n "+l.Namespace+" -o yaml`)")
	}
	switch {
	case !stream:
	case found.Unrendered != nil:
		notes = append(notes, "this stream cannot be rendered with the state: "+problem.Of(found.Unrendered)[0].Error())
	case len(found.Changes) == 0 && len(found.Missing) > 0:
		notes = append(notes, "rendering this stream with the state changes nothing in the objects that it has")
	case len(found.Changes) == 0:
		notes = append(notes, "rendering this stream with the state changes nothing")
	default:
		notes = append(notes, fmt.Sprintf("rendering this stream with the state would change %d fields; look at them before you apply it:", len(found.Changes)))
		for _, line := range found.Changes {
			notes = append(notes, "  "+line.Object+" "+line.Field+": "+line.Value)
		}
	}
	return notes
}
