package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// checkVerify refuses --verify where there is nothing to compare, or no file to
// read the state from.
func (f *initFlags) checkVerify() error {
	if f.verify && (f.stream == "" || f.statePath == "-") {
		return problem.AdoptVerify.With()
	}
	return nil
}

// verifiesOnly: the state exists and is not to be replaced.
func (f *initFlags) verifiesOnly() bool {
	_, err := os.Lstat(f.statePath)
	return f.verify && !f.force && err == nil
}

// verifyState compares a stream with the state that exists.
func (a *app) verifyState(f *initFlags) error {
	stream, err := a.source(f.stream, render.MaxStream, true)
	if err != nil {
		return err
	}
	return a.reportVerified(f, stream)
}

// reportVerified reads the state from its file and says what rendering the stream
// would change. Nothing of the stream is printed: it may hold private keys.
func (a *app) reportVerified(f *initFlags, stream render.Source) error {
	s, err := a.loadState(f.statePath)
	if err != nil {
		return err
	}
	found, err := render.Verify(s, stream.Data)
	if err != nil {
		return statefile.Named(err, f.statePath, stream.Name)
	}
	a.data = []byte(verifiedText(f.statePath, stream.Name, found))
	if len(found.Changes) > 0 || !found.Same {
		return errFound
	}
	return nil
}

func verifiedText(statePath, stream string, v render.Verification) string {
	var b strings.Builder
	what := "rendering " + stream + " with " + statePath
	if len(v.Changes) == 0 && v.Same {
		fmt.Fprintf(&b, "%s changes nothing: %d fields are right already, %d are left alone (%d documents)\n",
			what, v.Report.Count(render.Right), v.Report.Count(render.Left), v.Report.Documents)
	} else {
		fmt.Fprintf(&b, "%s would change %d fields:\n", what, len(v.Changes))
	}
	for _, l := range v.Changes {
		fmt.Fprintf(&b, "  %s\n", strings.TrimSpace(l.Object+" "+l.Field))
	}
	if len(v.Missing) > 0 {
		fmt.Fprintf(&b, "not compared, since the stream does not have them: Secret %s\n", strings.Join(v.Missing, ", "))
	}
	return b.String()
}
