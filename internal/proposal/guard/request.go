package guard

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Request says what is judged, and what the guard takes for right although it
// cannot judge it.
type Request struct {
	StatePath string
	// Fleet is the path of the fleet file that the state belongs to; "": none.
	Fleet string
	// Clones is the directory below which the other repositories of the fleet are cloned.
	Clones string
	// Remote and Base are where the change goes to, Head is the commit to judge.
	Remote, Base, Head string
	// Pull is the number of the pull request to comment on; 0: what the CI says.
	// Quiet: on none.
	Pull  int
	Quiet bool
	// Forge and Flavour say where the comment goes and how it is written.
	Forge   forge.Flags
	Flavour string
	// AllowNoState: neither side needs to have the state.
	AllowNoState bool
	// Others are state files, from the top of the repository, that other guards
	// of the same workflow judge.
	Others []string
	// Accept are codes of findings that a reviewer accepted.
	Accept []string
	// Opens: this call has what opens key files.
	Opens    bool
	Evidence base.Evidence
	Signers  string
}

// acceptable are the findings that may be right: whether they are, a person has
// to know.
var acceptable = []problem.Code{
	problem.PRGuardKeys.Code, problem.PRGuardKeyFile.Code, problem.PRGuardRecipients.Code,
	problem.PRGuardMoved.Code, problem.PRGuardTwice.Code, problem.PRGuardDisowned.Code, problem.PRGuardChart.Code,
	problem.PRGuardIntermediate.Code, problem.PRGuardAttributes.Code, problem.PRGuardSigners.Code, problem.PRGuardSpec.Code,
	problem.PRGuardEvidence.Code, problem.PRGuardEvidenceOlder.Code, problem.PRGuardFleet.Code, problem.PRGuardPin.Code,
	problem.PRGuardMetadata.Code,
	problem.PRGuardWebhookCA.Code,
}

// AcceptableCodes lists them for help.
func AcceptableCodes() string {
	codes := make([]string, len(acceptable))
	for i, code := range acceptable {
		codes[i] = string(code)
	}
	return strings.Join(codes, ", ")
}

// check refuses codes that nobody may accept.
func (q Request) check() error {
	for _, code := range q.Accept {
		if !slices.Contains(acceptable, problem.Code(code)) {
			return problem.PRGuardAccept.With(code)
		}
	}
	return nil
}
