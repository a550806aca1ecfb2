package cli

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"github.com/spf13/cobra"
)

// guardFlags say what the guard takes for right although it cannot judge it.
type guardFlags struct {
	allowNoState bool
	// others are state files, from the top of the repository, that other guards
	// of the same workflow judge.
	others []string
	// accept are codes of findings that a reviewer accepted.
	accept []string
}

// acceptable are the findings that may be right: whether they are, a person has
// to know.
var acceptable = []problem.Code{
	problem.PRGuardKeys.Code, problem.PRGuardKeyFile.Code, problem.PRGuardRecipients.Code,
	problem.PRGuardMoved.Code, problem.PRGuardTwice.Code, problem.PRGuardDisowned.Code, problem.PRGuardChart.Code,
	problem.PRGuardIntermediate.Code, problem.PRGuardAttributes.Code, problem.PRGuardSigners.Code, problem.PRGuardSpec.Code,
	problem.PRGuardEvidence.Code,
}

func acceptableCodes() string {
	codes := make([]string, len(acceptable))
	for i, code := range acceptable {
		codes[i] = string(code)
	}
	return strings.Join(codes, ", ")
}

func (f *guardFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.allowNoState, "allow-no-state", false, "with --guard: pass where neither side has a state file")
	cmd.Flags().StringSliceVar(&f.others, "other-state", nil, "with --guard --allow-no-state: state file that another guard judges, from the top of the repository; may be given several times")
	cmd.Flags().StringSliceVar(&f.accept, "accept", nil, "with --guard: CODE of findings that a maintainer accepted ("+acceptableCodes()+")")
}

// check refuses codes that nobody may accept.
func (f *guardFlags) check() error {
	for _, code := range f.accept {
		if !slices.Contains(acceptable, problem.Code(code)) {
			return problem.PRGuardAccept.With(code)
		}
	}
	return nil
}
