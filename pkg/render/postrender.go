package render

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// MaxStream is the largest stream that is read, in bytes: far above the largest
// release that fits a cluster, far below what would exhaust a repo server.
const MaxStream = 1 << 30

// Input is one call of [PostRender].
type Input struct {
	State *state.Rotation
	Keys  Keys
	// Stream is YAML documents as Helm 3, Helm 4, kustomize or kubectl write them.
	Stream []byte
	// Require makes the absence of a group an error.
	Require []Group
	// AllowNothing lets a stream pass in which nothing is ours.
	AllowNothing bool
	// SecretsApart: Secrets with private keys are delivered by other means; the
	// issuer's may then be missing from the stream, and those that Apart has
	// nothing for are left out. Otherwise to leave one out is an error.
	SecretsApart bool
	// Annotate writes epoch, phase and the bundle's hash on the trust roots
	// ConfigMap ([EpochHint], [PhaseHint], [BundleHashHint]).
	Annotate bool
	// Keyless: no private key is at hand. A Secret that carries the phase's
	// certificate with its key stays as it is; another one is an error.
	Keyless bool
	// Apart, if not nil, has what stands in the place of the Secrets with private
	// keys; Keys are then not needed.
	Apart Apart
	// InPieces: the output is written ([Output.WriteTo]) and not joined.
	InPieces bool
	// compare: the output is not wanted, so a Secret that Keyless would refuse is a
	// line of the report.
	compare bool
}

// Output is what a call gives: never an empty stream.
type Output struct {
	Stream []byte // nil with Input.InPieces
	Report Report
	// LeftOut names the Secrets that Input.Apart has nothing for, with
	// Input.SecretsApart: a host that prunes deletes them in its cluster.
	LeftOut []string

	pieces []manifest.Document // with Input.InPieces
}

// WriteTo writes the stream. With Input.InPieces most of it stands in Input.Stream, so
// that a large one is not in memory twice.
func (o Output) WriteTo(w io.Writer) (int64, error) {
	if o.pieces != nil {
		return manifest.Write(w, o.pieces)
	}
	n, err := w.Write(o.Stream)
	return int64(n), err
}

// PostRender gives the stream of the state's phase: every target field carries
// the phase's PKI, every other byte is the input's. Errors are problem.List;
// with an error there is no output.
func PostRender(in Input) (Output, error) {
	if err := checkText(in.Stream); err != nil {
		return Output{}, err
	}
	m, err := NewMaterial(in.State, in.Keys)
	if err != nil {
		return Output{}, err
	}
	docs, lists := manifest.SplitLists(in.Stream)
	out, err := postRender(in, m, docs)
	if lists && err == nil {
		out.Report.Documents = docs[len(docs)-1].Number
	}
	if lists && err != nil { // a list that is read as a whole says what is wrong, and where
		return postRender(in, m, manifest.Split(in.Stream))
	}
	return out, err
}

// postRender is [PostRender] of documents.
func postRender(in Input, m *Material, docs []manifest.Document) (Output, error) {
	p := newPlan(m, docs)
	p.report.Bytes, p.secretsApart, p.apart = len(in.Stream), in.SecretsApart || in.Apart != nil, in.Apart
	p.annotate, p.keyless, p.comparing = in.Annotate, in.Keyless, in.compare
	p.run()
	if len(p.problems) == 0 {
		p.checkGroups(in)
		p.checkLeftOut(in)
	}
	if len(p.problems) > 0 {
		return Output{}, p.problems.Err()
	}
	if err := p.apply(); err != nil {
		return Output{}, err
	}
	if !slices.ContainsFunc(p.docs, func(d manifest.Document) bool { return len(bytes.TrimSpace(d.Text)) > 0 }) {
		return Output{}, problem.RenderNothingLeft.With()
	}
	out := Output{Report: p.report, LeftOut: p.leftOut}
	if in.InPieces {
		out.pieces = p.docs
	} else {
		out.Stream = manifest.Join(p.docs)
	}
	return out, nil
}

// checkText refuses what cannot be a whole stream of manifests.
func checkText(stream []byte) error {
	switch {
	case len(bytes.TrimSpace(stream)) == 0:
		return problem.RenderEmptyStream.With()
	case len(stream) > MaxStream:
		return problem.RenderHugeStream.With(len(stream)>>20, MaxStream>>20)
	case bytes.IndexByte(stream, 0) >= 0:
		return problem.RenderNotText.With("a NUL byte", bytes.IndexByte(stream, 0))
	case !utf8.Valid(stream):
		return problem.RenderNotText.With("invalid UTF-8", manifest.InvalidUTF8(stream))
	case stream[len(stream)-1] != '\n' && fromHelm(stream):
		return problem.RenderCutStream.With(len(stream))
	}
	return nil
}

// CheckEncoding refuses a file that holds objects in another encoding than UTF-8:
// UTF-16, Latin-1. Other files that are no text pass; they hold nothing to edit.
func CheckEncoding(text []byte) error {
	if at := manifest.OtherEncoding(text); at >= 0 {
		return problem.NotUTF8.With(at)
	}
	return nil
}

// fromHelm reports whether Helm wrote the stream: it ends every stream with a
// newline, so one without was cut.
func fromHelm(stream []byte) bool {
	return bytes.HasPrefix(stream, []byte("---\n# Source: ")) || bytes.Contains(stream, []byte("\n---\n# Source: ")) ||
		bytes.Contains(stream, []byte("postrenderer.helm.sh/postrender-filename"))
}

// checkGroups refuses a stream without anything of ours and one that lacks a
// group which the caller requires.
func (p *plan) checkGroups(in Input) {
	for _, g := range Groups {
		if p.groups[g] {
			p.report.Groups = append(p.report.Groups, g)
		}
	}
	if len(p.report.Groups) == 0 && !in.AllowNothing {
		p.fail(problem.RenderNothing.With(len(p.docs)))
	}
	for _, g := range in.Require {
		if !p.groups[g] {
			p.fail(problem.RenderMissingGroup.With(string(g)))
		}
	}
}

// checkLeftOut refuses to leave Secrets out in silence: Helm and hosts that prune
// would delete them in the cluster.
func (p *plan) checkLeftOut(in Input) {
	if len(p.leftOut) > 0 && !in.SecretsApart {
		p.fail(problem.RenderLeavesOut.With(strings.Join(p.leftOut, ", ")))
	}
}

// apply splices the edits into their documents.
func (p *plan) apply() error {
	var problems problem.List
	for i, d := range p.docs {
		text, err := p.edited(i)
		if err != nil {
			problems.Add(problem.Of(err).Under("document " + itoa(d.Number)).Err())
			continue
		}
		p.docs[i].Text = text
	}
	return problems.Err()
}

// edited is the text of one document with its edits and stamps.
func (p *plan) edited(i int) ([]byte, error) {
	if text, gone := p.replaced[i]; gone {
		return text, nil
	}
	if len(p.edits[i])+len(p.stampings[i]) > 0 && !p.docs[i].Restores() {
		return nil, problem.Unconfirmed.With("a comment would move")
	}
	d, err := p.docs[i].Splice(p.edits[i]...)
	text := d.Text
	for _, s := range p.stampings[i] {
		if err != nil {
			return nil, err
		}
		text, err = s.apply(text)
	}
	return text, err
}
