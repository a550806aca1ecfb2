package exchange

import (
	"io"

	"github.com/l5d-pki/l5d-pki-render/internal/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Kustomization is the other request: a kustomization to build. The program that
// renders charts does it since it bounds itself, and a kustomization may be one
// that nobody reviewed yet.
type Kustomization struct {
	// Dir is its directory.
	Dir string `json:"dir"`
	// Unrestricted lets it load files from outside of its directory, like
	// `kustomize build --load-restrictor LoadRestrictionsNone`.
	Unrestricted bool `json:"unrestricted,omitempty"`
	// Within is the directory that nothing may lead out of; "" lets bases be
	// anywhere, as kustomize does.
	Within string `json:"within,omitempty"`
}

// Built is a kustomization's output.
type Built struct {
	// Stream is what `kustomize build` prints: keys sorted, no comments, documents
	// in its order.
	Stream []byte `json:"stream"`
	// Renames: the kustomization itself, not a base of it, changes names
	// (namePrefix, nameSuffix, transformers); kustomize does that after its components.
	Renames bool `json:"renames,omitempty"`
	// Moves: it sets the namespace, likewise after its components.
	Moves bool `json:"moves,omitempty"`
}

// either is a request of one kind or the other, and either answer is its answer.
type (
	eitherRequest struct {
		Request
		Kustomization *Kustomization `json:"kustomization,omitempty"`
	}
	eitherAnswer struct {
		Answer
		Built *Built `json:"built,omitempty"`
	}
)

// AskBuild is [Ask] for a kustomization.
func AskBuild(k Kustomization, call func(in io.Reader, out io.Writer) error) (Built, error) {
	request := eitherRequest{Request{Protocol: Protocol}, &k}
	answer, err := exchange.Ask[eitherAnswer](terms, request, call)
	if err == nil && answer.Built == nil {
		err = problem.ChartProtocol.With(Protocol, Protocol)
	}
	if err != nil {
		return Built{}, err
	}
	return *answer.Built, nil
}

// Serve answers one request of either kind.
func Serve(in io.Reader, out io.Writer, render func(Request) (Answer, error), build func(Kustomization) (Built, error)) error {
	return exchange.Serve(terms, in, out, func(r eitherRequest) (a eitherAnswer, err error) {
		if r.Kustomization == nil {
			a.Answer, err = render(r.Request)
			return a, err
		}
		built, err := build(*r.Kustomization)
		a.Built = &built
		return a, err
	})
}
