package cli

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// messageOf is the commit message: the title, the log's last entry in words and the
// trailers. tree is what is committed, "" where that is not known.
func (c *prCall) messageOf(p *proposal, title, tree string) (string, error) {
	text, err := os.ReadFile(c.at(c.state))
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n\n%s\n\n", title, wrapped(p.entry.Sentence(), 72))
	for _, t := range trailersOf(p.next, digest(text)) {
		fmt.Fprintf(&b, "%s: %s\n", t[0], t[1])
	}
	if tree == "" { // somebody else commits: the seal of this command is not theirs to give
		return b.String(), nil
	}
	seal, err := c.repo.Seal(c.tip, tree)
	fmt.Fprintf(&b, "%s: %s\n%s: %s\n", trailerBase, c.tip, trailerChanges, seal)
	if p.origin != "" {
		fmt.Fprintf(&b, "%s: %s\n", trailerMaterial, p.origin)
	}
	return b.String(), c.gitProblem(err)
}

// trailersOf are those that follow from the state alone.
func trailersOf(s *state.Rotation, state string) [][2]string {
	return [][2]string{
		{trailerRotation, s.Metadata.Name}, {trailerPhase, s.Status.Phase},
		{trailerEpoch, fmt.Sprint(s.Status.Epoch)}, {trailerState, state},
	}
}

// wrapped breaks a sentence into lines of at most width characters.
func wrapped(text string, width int) string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return strings.Join(append(lines, line), "\n")
}
