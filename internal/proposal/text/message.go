package text

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Trailers of a commit that this command made. State-Sha256 is over the state
// file; Base is the commit that the change was made on, and Changes-Sha256 seals
// what it changed: with them a commit that was amended is found. They are no
// proof of who made it. Material says where a start's certificates come from.
const (
	TrailerRotation = "L5d-Pki-Rotation"
	TrailerPhase    = "L5d-Pki-Phase"
	TrailerEpoch    = "L5d-Pki-Epoch"
	TrailerState    = "L5d-Pki-State-Sha256"
	TrailerBase     = "L5d-Pki-Base"
	TrailerChanges  = "L5d-Pki-Changes-Sha256"
	TrailerMaterial = "L5d-Pki-Material"
	TrailerFleet    = "L5d-Pki-Fleet" // of a fleet's change: its branch
)

// Message is the commit message: the title, the log's last entry in words and the
// trailers. seal is over what is committed on base; "" where somebody else
// commits: the seal of this command is not theirs to give.
func (t Text) Message(base, seal string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n\n", t.Title(), wrapped(t.Entry.Sentence(), 72))
	for _, row := range t.Trailers() {
		fmt.Fprintf(&b, "%s: %s\n", row[0], row[1])
	}
	if seal == "" {
		return b.String()
	}
	fmt.Fprintf(&b, "%s: %s\n%s: %s\n", TrailerBase, base, TrailerChanges, seal)
	if t.Origin != "" {
		fmt.Fprintf(&b, "%s: %s\n", TrailerMaterial, t.Origin)
	}
	return b.String()
}

// Trailers are those that follow from the state alone.
func (t Text) Trailers() [][2]string {
	return [][2]string{
		{TrailerRotation, t.Next.Metadata.Name}, {TrailerPhase, t.Next.Status.Phase},
		{TrailerEpoch, fmt.Sprint(t.Next.Status.Epoch)}, {TrailerState, t.Digest},
	}
}

// Digest is the SHA-256 of a text, in lower-case hex.
func Digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
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
