package adopt

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
func (o *Options) checkVerify() error {
	if o.Verify && (o.Stream == "" || o.StatePath == "-") {
		return problem.AdoptVerify.With()
	}
	return nil
}

// verifiesOnly: the state exists and is not to be replaced.
func (o *Options) verifiesOnly() bool {
	_, err := os.Lstat(o.StatePath)
	return o.Verify && !o.Force && err == nil
}

// verifyState compares a stream with the state that exists.
func (w World) verifyState(o *Options) (Result, error) {
	stream, err := w.source(o.Stream, render.MaxStream, true)
	if err != nil {
		return Result{}, err
	}
	return verified(o, stream)
}

// verified reads the state from its file and says what rendering the stream
// would change. Nothing of the stream is printed: it may hold private keys.
func verified(o *Options, stream render.Source) (Result, error) {
	s, err := statefile.Load(o.StatePath)
	if err != nil {
		return Result{}, err
	}
	found, err := render.Verify(s, stream.Data)
	if err != nil {
		return Result{}, statefile.Named(err, o.StatePath, stream.Name)
	}
	return Result{
		Text:    []byte(verifiedText(o.StatePath, stream.Name, found)),
		Differs: len(found.Changes) > 0 || !found.Same,
	}, nil
}

func verifiedText(statePath, stream string, v render.Verification) string {
	var b strings.Builder
	what := "rendering " + stream + " with " + statePath
	if len(v.Changes) == 0 && v.Same {
		fmt.Fprintf(&b, "%s changes nothing: %d already right, %d left alone (%s)\n",
			what, v.Report.Count(render.Right), v.Report.Count(render.Left), problem.Counted(v.Report.Documents, "document"))
	} else {
		fmt.Fprintf(&b, "%s would change %s:\n", what, problem.Counted(len(v.Changes), "field"))
	}
	for _, l := range v.Changes {
		fmt.Fprintf(&b, "  %s\n", strings.TrimSpace(l.Object+" "+l.Field))
	}
	if len(v.Missing) > 0 {
		fmt.Fprintf(&b, "not compared, since the stream does not have them: Secret %s\n", strings.Join(v.Missing, ", "))
	}
	return b.String()
}
