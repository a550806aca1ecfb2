package render

import (
	"bytes"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Apart holds what stands in the place of Secrets with private keys, which a
// custody keeps apart from the stream. nil: Secrets are written with their keys.
type Apart map[SecretID]StandIn

// StandIn is what stands in one Secret's place.
type StandIn struct {
	// Text has one document or more, each beginning with a line "---"; none: the
	// Secret is left out, with [Input.SecretsApart], or else refused.
	Text []byte
	// Err is why there is none: an error only where the stream needs it.
	Err error
}

// Heads that hosts need to see again on whatever stands in a document's place.
const (
	sourceComment = "# Source: "                               // helm template: the chart's file
	filenameHint  = "postrenderer.helm.sh/postrender-filename" // Helm 4: internal/plugin, annotateAndMerge
	documentStart = "---\n"
)

// standInKinds adds the custody's own objects to the targets, so that a stream
// which was rendered before is brought to this phase.
func (p *plan) standInKinds() {
	for _, s := range p.SealedSecrets(External) {
		standIn := p.apart[s.SecretID]
		for _, d := range manifest.Split(standIn.Text) {
			root, err := d.Parse()
			if err != nil {
				p.fail(err)
				continue
			}
			head := root.Head()
			key := targetKey{head.Kind, head.Name}
			if _, taken := p.targets[key]; taken || key.kind == "" {
				continue
			}
			p.standsIn[key], p.standInGroups[head.Kind] = s.SecretID, groupOf(head.APIVersion)
			p.targets[key] = target{group: s.Group(), edit: func(p *plan, o object) { p.replace(o, d.Text, "the custody's object") }}
		}
	}
}

// putApart plans that a Secret gives way to what stands in its place. It reports
// whether the Secret is one that a custody keeps apart.
func (p *plan) putApart(o object, secret string) bool {
	standIn, apart := p.apart[SecretID{o.namespace, o.name}]
	switch {
	case !apart:
		return false
	case standIn.Err != nil:
		p.fail(standIn.Err)
	case p.inList(o):
		p.fail(problem.RenderSecretInList.With().On(o.String()).At(p.docs[o.doc].Line, 0))
	case len(standIn.Text) == 0 || p.standsAlready(o):
		if len(standIn.Text) == 0 {
			p.leftOut = append(p.leftOut, o.String())
		}
		p.replaced[o.doc] = nil
		p.report.add(o.String(), "", Changed, secret+": left out, its key is in custody")
	default:
		p.replace(o, standIn.Text, secret+": the custody's object")
	}
	return true
}

// standsAlready: an earlier render put the custody's object into this stream.
func (p *plan) standsAlready(secret object) bool {
	for _, o := range p.objects {
		id, standIn := p.standsIn[targetKey{o.kind, o.name}]
		if standIn && id == (SecretID{secret.namespace, secret.name}) {
			return true
		}
	}
	return false
}

// inList reports whether an object is an item of a list, whose document it is not alone in.
func (p *plan) inList(o object) bool { return len(o.at) > 0 || p.docs[o.doc].InList() }

// replace plans that the document of an object gives way to others.
func (p *plan) replace(o object, text []byte, what string) {
	if p.inList(o) {
		p.fail(problem.RenderSecretInList.With().On(o.String()).At(p.docs[o.doc].Line, 0))
		return
	}
	text, err := p.inPlaceOf(o, text)
	switch {
	case err != nil:
		p.fail(err)
	case bytes.Equal(text, p.docs[o.doc].Text):
		p.report.add(o.String(), "", Right, what)
	default:
		p.replaced[o.doc] = text
		p.report.add(o.String(), "", Changed, what)
	}
}

// inPlaceOf gives documents the comment and the annotation by which Helm knows
// the file that the document in their place came from.
func (p *plan) inPlaceOf(o object, text []byte) ([]byte, error) {
	var head string
	for line := range strings.Lines(string(p.docs[o.doc].Text)) {
		if strings.HasPrefix(line, sourceComment) {
			head += strings.TrimRight(line, "\r\n") + "\n"
		} else if !strings.HasPrefix(line, "---") && !strings.HasPrefix(line, "#") {
			break
		}
	}
	filename := o.get("metadata", "annotations", filenameHint)
	var out []byte
	for _, d := range manifest.Split(text) {
		if filename != nil {
			var err error
			if d, err = d.Splice(manifest.Put(manifest.At("metadata", "annotations", filenameHint), filename.Value())); err != nil {
				return nil, err
			}
		}
		out = append(out, documentStart+head...)
		out = append(out, bytes.TrimPrefix(d.Text, []byte(documentStart))...)
	}
	return out, nil
}
