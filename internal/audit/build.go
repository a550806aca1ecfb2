package audit

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Version is the state file as one commit has it, or as it is in the work tree.
type Version struct {
	State *state.Rotation
	// SHA256 of the file.
	SHA256 string
	// Commit that brought this version. It is not recorded for a file of the work tree.
	Commit Commit
	// Files are the observations that the commit added, and Observations what they say.
	Files        []EvidenceFile
	Observations []*rotation.Observation
}

// Source is what the statements are made from.
type Source struct {
	// Name of the state file in its repository.
	Name string
	// Now is the state whose log is told.
	Now *state.Rotation
	// Of is the version that brought an entry of the log: the oldest that has it.
	Of func(index int) Version
	// Reviews by commit.
	Reviews Reviews
}

// Statements are the payloads of a pack, in order.
func Statements(s Source) [][]byte {
	var payloads [][]byte
	previous, from := "", ""
	for i, entry := range s.Now.Status.Log {
		statement := s.statement(i, entry)
		statement.Predicate.Previous, statement.Predicate.From = previous, from
		payload := canonical(statement)
		payloads = append(payloads, payload)
		previous, from = Sum(payload), entry.Phase
	}
	return payloads
}

// canonical writes a statement as it is written again after it was read: text that is
// not UTF-8, as names in old commits can be, is replaced first.
func canonical(s Statement) []byte {
	var read Statement
	_ = json.Unmarshal(encode(s), &read) // it was just written
	return encode(read)
}

func (s Source) statement(i int, entry state.LogEntry) Statement {
	v := s.Of(i)
	m := Move{
		Rotation: s.Now.Metadata.Name, Number: i + 1, Entry: entry, Commit: v.Commit,
		Review: s.Reviews.of(v.Commit.ID), Evidence: evidenceOf(v, entry),
	}
	subjects := []Subject{{fmt.Sprintf("%s#status.log[%d]", s.Name, i), Digest{entry.Digest()}}}
	if v.State != nil && len(v.State.Status.Log) == i+1 {
		subjects = append(subjects, Subject{s.Name, Digest{v.SHA256}})
		m.Proof, m.Certificates = proofOf(v, entry), inventory(v.State)
	} else {
		reason := "the commit has several new log entries: this state was never a version of the file"
		if v.State == nil {
			reason = "no version of the file that can be read brought the log entry"
		}
		m.Proof, m.Certificates = Proof{Known: no(reason)}, Certificates{Known: no(reason)}
	}
	return Statement{StatementType, subjects, PredicateType, m}
}

// evidenceOf lists the observations of a move.
func evidenceOf(v Version, entry state.LogEntry) Evidence {
	if !v.Commit.Recorded {
		return Evidence{Known: no("the log entry is in no commit")}
	}
	found := rotation.Evidence{Observations: v.Observations, Assumptions: rotation.Vouched(entry)}
	return Evidence{Known: yes, Files: v.Files, Complete: found.Digest() == entry.Evidence}
}

// proofOf is the proof of the state that a move led to.
func proofOf(v Version, entry state.LogEntry) Proof {
	at, err := time.Parse(time.RFC3339, entry.At)
	if err != nil {
		return Proof{Known: no("the instant of the log entry cannot be read")}
	}
	p, err := rotation.Prove(v.State, rotation.ProveOptions{}, rotation.Evidence{Observations: v.Observations}, at)
	if err != nil {
		return Proof{Known: no(firstText(err))}
	}
	found := Proof{Known: yes, Digest: p.Digest}
	for _, step := range p.Steps {
		found.Steps = append(found.Steps, Step{step.From, step.To, step.Verdict.Safe})
	}
	return found
}
