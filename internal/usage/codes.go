package usage

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/internal/recovery"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

const explainNeed = "A need of the gate: it must be known before the phase may be entered. An observation of the cluster shows it (--evidence); `--assume CODE --because WHY` vouches for it, which the log records and reviewers see. `l5d-pki-render status` lists what the next phase still needs."

// Codes are those of all problems.
func Codes() (codes []string) {
	for _, s := range problem.All() {
		codes = append(codes, string(s.Code))
	}
	return codes
}

// situations are the names of what doctor knows.
func situations() (names []string) {
	for _, s := range recovery.Situations {
		names = append(names, s.Name)
	}
	return names
}

// ListCodes is one line for each problem: its code and what it says.
func ListCodes() []byte {
	var b bytes.Buffer
	for _, s := range problem.All() {
		fmt.Fprintf(&b, "%-32s %s\n", s.Code, verbs.ReplaceAllString(s.Text, "…"))
	}
	return b.Bytes()
}

// verbs stand in a sentence for what differs from case to case.
var verbs = lazy.New(`"?%[+#]?[a-zA-Z]"?`)

// ExplainCode says what a problem means and what to do; the name of a need of the
// gate and a situation of doctor are explained, too.
func ExplainCode(code string) ([]byte, error) {
	s, known := lookup(code)
	if i := slices.Index(situations(), code); i >= 0 {
		return fmt.Appendf(nil, "%s\n\n%s\n\nA situation that `l5d-pki-render doctor` names; it prints the commands that lead out of it.\n",
			code, recovery.Situations[i].Means), nil
	}
	if !known {
		return nil, unknown(code)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n\n  says   %s\n", s.Code, verbs.ReplaceAllString(s.Text, "…"))
	if s.Hint != "" {
		fmt.Fprintf(&b, "  do     %s\n", verbs.ReplaceAllString(s.Hint, "…"))
	}
	fmt.Fprintf(&b, "\n%s\n", s.Explain)
	return b.Bytes(), nil
}

// lookup finds a sentence by its code, and a need of the gate by its name.
func lookup(code string) (problem.Sentence, bool) {
	if s, known := problem.Lookup(problem.Code(code)); known {
		return s, true
	}
	need := state.Need(strings.ToUpper(code))
	if !need.Known() {
		return problem.Sentence{}, false
	}
	return problem.Sentence{Code: problem.Code(need), Text: need.Text(), Hint: need.Hint(), Explain: explainNeed}, true
}

// unknown says which code was probably meant.
func unknown(code string) error {
	p := problem.CLIUnknownCode.With(code)
	if meant, ok := problem.Nearest(code, slices.Concat(Codes(), state.NeedCodes, situations())); ok {
		p.Hints = append([]string{"did you mean `l5d-pki-render explain " + meant + "`?"}, p.Hints...)
	}
	return p
}
