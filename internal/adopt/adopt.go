// Package adopt writes the first state file of a mesh: of one that runs already,
// from what it delivers, or of a new one, with a first PKI.
package adopt

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// World is what a call needs from outside.
type World struct {
	Custody custody.World
	Files   files.Writer
	Stdin   io.Reader
	Now     func() time.Time
	Notes   io.Writer
}

// Result is what a call prints.
type Result struct {
	Text []byte
	// Printed, if not nil, is told whether Text reached stdout: key files were
	// stored for it.
	Printed func(error)
	// Differs: --verify found that rendering would change something.
	Differs bool
}

// initialState is a new state and what its writing brings along.
type initialState struct {
	state *state.Rotation
	keys  []rotation.Minted
	notes []string
	// stream that was adopted.
	stream render.Source
}

// Init makes the state, stores keys, and writes the state last, so that no
// state ever names a key that does not exist.
func Init(w World, o Options) (Result, error) {
	if err := o.checkVerify(); err != nil {
		return Result{}, err
	}
	if o.verifiesOnly() {
		return w.verifyState(&o)
	}
	if err := o.settleKeys(); err != nil {
		return Result{}, err
	}
	if err := keyfile.Recover(w.Files, o.StatePath, keyfile.NamedAt(o.StatePath)); err != nil {
		return Result{}, err
	}
	release, err := o.claim()
	if err != nil {
		return Result{}, err
	}
	defer release()
	how := w.adopt
	switch {
	case o.New && o.Custody.Kind == state.CustodyCertManager:
		return w.firstInCluster(&o)
	case o.New:
		how = w.mintFirst
	}
	first, err := how(&o)
	if err != nil {
		return Result{}, err
	}
	defer keyfile.WipeAll(first.keys)
	return w.write(&o, first)
}

// write stores the keys, and then the state that names them.
func (w World) write(o *Options, first initialState) (Result, error) {
	text, err := state.Marshal(first.state)
	if err != nil {
		return Result{}, problem.Of(err).In(o.StatePath).Err()
	}
	before, err := w.storeKeys(o, first)
	if err != nil {
		return Result{}, err
	}
	for _, note := range first.notes {
		sink.Note(w.Notes, "%s", note)
	}
	if o.StatePath == "-" {
		return Result{Text: text, Printed: before.Ending}, nil
	}
	if o.Force {
		err = w.Files.Replace(o.StatePath, text, 0o644)
	} else {
		err = w.Files.Create(o.StatePath, text, 0o644)
	}
	before.Ending(err)
	if err != nil || !o.Verify {
		return Result{}, err
	}
	return verified(o, first.stream)
}

// claim refuses an existing state file, or, with --force, one that another
// command is at work on.
func (o *Options) claim() (release func(), err error) {
	_, err = os.Lstat(o.StatePath)
	switch {
	case o.StatePath == "-" || errors.Is(err, fs.ErrNotExist):
		return func() {}, nil
	case !o.Force:
		return nil, problem.CLIExists.With().In(o.StatePath).Hint("--force replaces the state file")
	}
	if err := statefile.RefuseLink(o.StatePath); err != nil {
		return nil, err
	}
	_, release, err = disk.Lock(o.StatePath)
	if err != nil {
		return nil, keyfile.NotLocked(o.StatePath, err)
	}
	return release, nil
}

// adopt reads the inputs and adopts the mesh that they describe.
func (w World) adopt(o *Options) (initialState, error) {
	in := render.AdoptInput{
		Name: o.Name, LinkerdVersion: o.Version, Namespace: o.Namespace, TrustDomain: o.TrustDomain,
		Custody: o.Custody.Kind, KeyPath: o.keyPath(), At: w.Now().Truncate(time.Second),
	}
	var problems problem.List
	for _, source := range []struct {
		path string
		cap  int64
		to   *render.Source
	}{
		{o.Stream, render.MaxStream, &in.Stream},
		{o.Values, statefile.MaxSize, &in.Values},
		{o.Anchors, statefile.MaxSize, &in.Anchors},
		{o.Issuer, statefile.MaxSize, &in.Issuer},
	} {
		if source.path == "" {
			continue
		}
		read, err := w.source(source.path, source.cap, source.path == o.Stream)
		problems.Add(err)
		*source.to = read
	}
	if len(problems) > 0 {
		return initialState{}, problems.Err()
	}
	notes, elsewhere, err := readObject(&in)
	if err != nil {
		return initialState{}, err
	}
	s, found, err := render.Adopt(in)
	if err != nil {
		return initialState{}, withElsewhere(err, elsewhere)
	}
	s.Spec.Custody = o.Custody
	if o.Custody.Kind == state.CustodyCertManager {
		nameOwnAnchors(s)
		found.Notes = append(found.Notes, nameClusterAnchor(s, found.Cluster)...)
		if o.Stream == "" && o.Values == "" {
			s.Spec.Linkerd.IssuerScheme = state.SchemeKubernetes // the only one that cert-manager writes
		}
	}
	first := initialState{state: s, notes: append(notes, found.Notes...), stream: in.Stream}
	for _, k := range found.Keys {
		first.keys = append(first.keys, rotation.Minted(k))
	}
	first.notes = append(first.notes, adoptedNotes(s, found, o.Stream != "")...)
	return first, nil
}

// source reads one input; an empty one is empty, not absent.
func (w World) source(name string, limit int64, stdin bool) (render.Source, error) {
	var data []byte
	var err error
	if stdin && name == "-" {
		name = "stdin"
		data, err = files.ReadAll(w.Stdin, name, limit)
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
		notes = append(notes, "this stream cannot be rendered with the state: `init --verify` and every host refuse it, until the stream or the state is corrected:")
		for _, p := range problem.Of(found.Unrendered) {
			notes = append(notes, "  "+p.Error())
		}
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
