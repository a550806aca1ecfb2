// Package recovery names the situation that a rotation is in when something went
// wrong, and the commands that lead out of it. It is pure: the shell gathers the
// facts.
package recovery

import (
	"fmt"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Facts are what is known of a mesh in trouble.
type Facts struct {
	State  *state.Rotation
	Status *rotation.Status
	// Observed are the observations of this cluster.
	Observed []*rotation.Observation
	// MissingKeys are keys that the state names and whose files do not exist.
	MissingKeys []MissingKey
	// WrongKeys are keys whose files are not what the state says.
	WrongKeys []WrongKey
	// Reverted is what Git knows of moves that the state file lost, nil if none.
	Reverted *Reverted
	// Edited says what the log shows of edits by hand.
	Edited []string
	// Unedited is the newest commit whose version shows no edit; "" if none is known.
	Unedited string
	// StaleOutputs are files of spec.outputs that are not what the state says. Compared
	// is how many outputs were held against it; UncheckedOutputs are the others.
	StaleOutputs, UncheckedOutputs []string
	Compared                       int
	// NoHistory is why the Git history of the state file was not read, nil if it was.
	NoHistory error
	// DownSince is since when nothing could be signed, as a person says; zero if
	// nobody said. Observations may show it too.
	DownSince time.Time
	// File is the path of the state file, as commands name it.
	File string
}

// MissingKey is a private key whose file does not exist.
type MissingKey struct {
	Of, Name, Path string // Of: anchor, issuer or webhook
	// File is where it should be, as commands name it, and Commit the last commit, if
	// that has the file.
	File, Commit string
}

// WrongKey is a private key whose file must not be relied on.
type WrongKey struct {
	Path string // in the state
	// File is as commands name it. Why says what is wrong, and Hint what to do.
	File, Why, Hint string
	// Readable: the file may be right, and others can get it.
	Readable bool
	// Commit is the newest one that has the file otherwise than it is, if Git has one.
	Commit string
}

// Alarm says it in a line.
func (k WrongKey) Alarm() string { return "the key file " + k.File + ": " + k.Why }

// Reverted is the newest version of the state in Git, where it is ahead of the file.
type Reverted struct {
	Commit string
	Name   string // path in the repository, if it was another than now
	Epoch  int64
	Phase  string
}

// Alarm says that the epoch of a state fell below one that Git has; "" if it did not.
func (r *Reverted) Alarm(s *state.Rotation) string {
	if r == nil {
		return ""
	}
	return fmt.Sprintf("the epoch fell: the file has epoch %d (%s), commit %s has epoch %d (%s)", s.Status.Epoch, s.Status.Phase, r.Commit[:12], r.Epoch, r.Phase)
}

// Step is one thing to do: a command, or a sentence where no command of this
// machine does it.
type Step struct {
	Text    string `json:"text,omitempty"`
	Command string `json:"command,omitempty"`
}

// Apply is a step that the host does.
var Apply = Step{Text: "Commit the change and let your host apply it (`l5d-pki-render status` lists what the phase delivers)."}

// Diagnosis is a situation that applies.
type Diagnosis struct {
	Name    string   `json:"name"`
	Means   string   `json:"means"`
	Because []string `json:"because"`
	Steps   []Step   `json:"steps"`
	// Person says what a person must decide, and why; empty where the steps suffice.
	Person string `json:"person,omitempty"`
}

// Diagnose lists the situations that apply, the most urgent first. One whose
// remedy is part of another's is left out.
func Diagnose(f Facts) []Diagnosis {
	var found []Diagnosis
	covered := map[string]bool{}
	for _, s := range Situations {
		because := s.applies(f)
		if len(because) == 0 || covered[s.Name] {
			continue
		}
		steps, person := s.remedy(f)
		found = append(found, Diagnosis{s.Name, s.Means, because, steps, person})
		for _, other := range s.covers {
			covered[other] = true
		}
	}
	return found
}

// Situation is one kind of trouble.
type Situation struct {
	Name, Means string
	// applies lists the facts that show it; none: it does not apply.
	applies func(Facts) []string
	remedy  func(Facts) ([]Step, string)
	// covers are situations whose remedy this one's includes.
	covers []string
}
