// Package audit makes and checks the audit trail of a rotation: one in-toto statement
// for each entry of the state's log, in a DSSE envelope, chained by digests, and a head
// that lists them. It is pure; internal/audit/pack reads Git and writes files.
//
// Every file has one form. What is read is written again and compared byte by byte, so
// that nothing can be changed in what a JSON parser passes over.
package audit

import "github.com/l5d-pki/l5d-pki-render/pkg/state"

const (
	// StatementType is that of in-toto (in-toto/attestation, spec/v1/statement.md).
	StatementType = "https://in-toto.io/Statement/v1"
	// PredicateType is what our statements say: a [Move].
	PredicateType = "https://github.com/l5d-pki/l5d-pki-render/audit/move/v1"
	// Namespace is what signatures are made for (ssh-keygen(1), -n).
	Namespace = "l5d-pki-audit"
)

// Statement is an in-toto statement about one entry of the log.
type Statement struct {
	// Type is "https://in-toto.io/Statement/v1".
	Type string `json:"_type"`
	// Subject is the log entry, then the state file as the move left it where that is known.
	Subject []Subject `json:"subject"`
	// PredicateType is "https://github.com/l5d-pki/l5d-pki-render/audit/move/v1".
	PredicateType string `json:"predicateType"`
	// Predicate is what is known of the move.
	Predicate Move `json:"predicate"`
}

// Subject is what a statement is about.
type Subject struct {
	// Name is the state file in its repository; of a log entry with "#status.log[INDEX]".
	Name string `json:"name"`
	// Digest is the file's, or the log entry's as the next entry's "previous" has it.
	Digest Digest `json:"digest"`
}

// Digest has one algorithm.
type Digest struct {
	// SHA256 in lower-case hex.
	SHA256 string `json:"sha256"`
}

// Move is what is known of one entry of the log. What was not recorded says so and why.
type Move struct {
	// Rotation is metadata.name of the state file.
	Rotation string `json:"rotation"`
	// Number of the statement, from 1.
	Number int `json:"number"`
	// Previous is the SHA-256 of the payload of the statement before, in lower-case hex; empty in the first.
	Previous string `json:"previous"`
	// From is the phase before the move; empty in the first entry.
	From string `json:"from"`
	// Entry is the log entry: move, phase, epoch, instant, reason, what a person vouched for.
	Entry state.LogEntry `json:"entry"`
	// Commit is the oldest commit of the branch that has the entry.
	Commit Commit `json:"commit"`
	// Review is who reviewed the pull request of the commit.
	Review Review `json:"review"`
	// Evidence is the observations that came with the commit.
	Evidence Evidence `json:"evidence"`
	// Proof is what `prove` says of the state that the move led to.
	Proof Proof `json:"proof"`
	// Certificates of the state that the move led to.
	Certificates Certificates `json:"certificates"`
}

// Known says whether a part of a statement was recorded.
type Known struct {
	// Recorded: the other fields are what was found.
	Recorded bool `json:"recorded"`
	// Reason is why nothing was recorded.
	Reason string `json:"reason,omitempty"`
}

// no is a part that was not recorded.
func no(reason string) Known { return Known{false, reason} }

// yes is a part that was.
var yes = Known{Recorded: true}

// Commit is a commit in Git.
type Commit struct {
	Known
	// ID is the commit's full hash.
	ID string `json:"id,omitempty"`
	// Author is who wrote it, as "Name <address>".
	Author string `json:"author,omitempty"`
	// Committer is who committed it.
	Committer string `json:"committer,omitempty"`
	// CommittedAt is when, RFC 3339 in UTC.
	CommittedAt string `json:"committedAt,omitempty"`
	// Trailers of the commit's message.
	Trailers map[string]string `json:"trailers,omitempty"`
}

// Evidence is the observations that came with a move.
type Evidence struct {
	Known
	// Files that the commit added to the directory of evidence.
	Files []EvidenceFile `json:"files,omitempty"`
	// Complete: these files and the entry's assumptions have the digest that the entry names.
	Complete bool `json:"complete"`
}

// EvidenceFile is one observation.
type EvidenceFile struct {
	// Name in the repository.
	Name string `json:"name"`
	// SHA256 of the file, in lower-case hex.
	SHA256 string `json:"sha256"`
	// Signed: the file has a signature, which was not checked here.
	Signed bool `json:"signed"`
}

// Proof is what `prove --at` says at the instant of the move, with the evidence above.
type Proof struct {
	Known
	// Digest of the proof, as `prove -o json` has it.
	Digest string `json:"digest,omitempty"`
	// Steps that were judged: resting in the phase, the next step, and each way back.
	Steps []Step `json:"steps,omitempty"`
}

// Step is the verdict on one change of phase.
type Step struct {
	// From and To are phases.
	From string `json:"from"`
	// To is the same as From for resting in a phase.
	To string `json:"to"`
	// Safe: no two live endpoints could fail to trust each other.
	Safe bool `json:"safe"`
}

// Certificates is the inventory of a state.
type Certificates struct {
	Known
	// List is in the order of the state file.
	List []Certificate `json:"list,omitempty"`
}

// Certificate describes one certificate, without its text.
type Certificate struct {
	// Kind: anchor, issuer, cross, webhook, webhook-ca, retired or retired-issuer.
	Kind string `json:"kind"`
	// Name in the state file.
	Name string `json:"name"`
	// Role in the rotation.
	Role string `json:"role,omitempty"`
	// Subject is the distinguished name.
	Subject string `json:"subject"`
	// Serial number in lower-case hex.
	Serial string `json:"serial"`
	// SHA256 of the certificate, in lower-case hex.
	SHA256 string `json:"sha256"`
	// Key is its kind and size, such as "ECDSA P-256".
	Key string `json:"key"`
	// Signature is the algorithm that it was signed with.
	Signature string `json:"signature"`
	// NotBefore is RFC 3339 in UTC.
	NotBefore string `json:"notBefore"`
	// NotAfter is RFC 3339 in UTC.
	NotAfter string `json:"notAfter"`
	// InUse: trusted, signing or served in the phase.
	InUse bool `json:"inUse"`
}
