package adopt

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Lacks reports whether the options name no input, so that a person may be asked.
func (o *Options) Lacks() bool {
	return !o.New && !o.Verify && o.Stream == "" && o.Values == "" && o.Anchors == ""
}

// questions are asked on a terminal; the first end of the input ends them all.
type questions struct {
	in    *bufio.Scanner
	out   io.Writer
	ended bool
	// flags are the answers as a command line.
	flags []string
}

// Ask asks a person for what the options lack, and prints the command that needs no
// questions. Where the input ends, the options are what was answered until then.
func Ask(in io.Reader, out io.Writer, o *Options) {
	q := &questions{in: bufio.NewScanner(in), out: out}
	q.say("No input was named. What is there?")
	q.say("  1  manifests: what a chart renders, or a dump of the cluster")
	q.say("     (kubectl get configmap,secret,deployment,cronjob,mutatingwebhookconfiguration,validatingwebhookconfiguration -n linkerd -o yaml > ../live.yaml)")
	q.say("  2  Helm values with the trust anchors")
	q.say("  3  no mesh yet: make a new PKI")
	switch q.ask("Choose 1, 2 or 3", "1") {
	case "2":
		q.set(&o.Values, "from-values", "File with the values", "values.yaml")
		q.set(&o.Version, "linkerd-version", "Linkerd release, such as 2.18", "")
	case "3":
		o.New = !q.ended
		q.flags = append(q.flags, "--new")
		q.set(&o.Version, "linkerd-version", "Linkerd release, such as 2.18", "")
	default:
		q.set(&o.Stream, "stream", "File with the manifests", "../live.yaml")
	}
	if o.Custody.Kind == "" && len(o.Custody.Recipients) == 0 && o.KeysDir == "" {
		q.keys(o)
	}
	if !q.ended {
		q.say("The same without questions:\n  l5d-pki-render init " + strings.Join(q.flags, " "))
	}
}

// keys asks where private keys are to live.
func (q *questions) keys(o *Options) {
	q.say("Private keys are encrypted for an age identity, and then Git may hold them; or they are plain files outside of Git.")
	recipient := ""
	q.set(&recipient, "recipient", "Public key, age1... (empty: plain files)", "")
	switch {
	case q.ended:
	case recipient != "":
		o.Custody.Recipients = []string{recipient}
		q.set(&o.KeysDir, "keys-dir", "Directory for the keys, beside the state file", "keys")
	default:
		o.Custody.Kind = state.CustodyFile
		q.flags = append(q.flags, "--custody", state.CustodyFile)
		q.set(&o.KeysDir, "keys-dir", "Directory for the keys, outside of the repository", "../keys")
	}
}

func (q *questions) say(line string) {
	_, _ = fmt.Fprintln(q.out, line) // a terminal that is gone ends the input, too
}

// ask returns the answer, or what is taken for an empty one.
func (q *questions) ask(question, otherwise string) string {
	if otherwise != "" {
		question += " [" + otherwise + "]"
	}
	_, _ = fmt.Fprint(q.out, question+": ")
	if q.ended = q.ended || !q.in.Scan(); q.ended {
		return ""
	}
	return cmp.Or(strings.TrimSpace(q.in.Text()), otherwise)
}

// set asks for the value of a flag, unless it has one.
func (q *questions) set(value *string, flag, question, otherwise string) {
	if q.ended || *value != "" {
		return
	}
	if *value = q.ask(question, otherwise); *value != "" {
		q.flags = append(q.flags, "--"+flag, *value)
	}
}
