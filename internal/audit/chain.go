package audit

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// HeadFile lists the statements. Who knows its digest, or trusts its signature, can
// tell whether anything of the pack was changed.
const HeadFile = "head.json"

// HeadKind heads it.
const HeadKind = "AuditHead"

// Head is what head.json says. It follows from the statements.
type Head struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Rotation   string `json:"rotation"`
	Count      int    `json:"count"`
	// Last is the digest of the last statement's payload; empty without statements.
	Last string `json:"last"`
	// Statements are the files with their digests, in order.
	Statements []Listed `json:"statements"`
}

// Listed is a file of the pack.
type Listed struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// StatementFile is the name of a statement, by its number from 1.
func StatementFile(number int) string { return fmt.Sprintf("%04d.json", number) }

// Sign signs what an envelope asks for; nil signs nothing.
type Sign func(signable []byte) (armored []byte, err error)

func (s Sign) seal(payloadType string, payload []byte) ([]byte, error) {
	var armored []byte
	if s != nil {
		var err error
		if armored, err = s(Signable(payloadType, payload)); err != nil {
			return nil, err
		}
	}
	return Seal(payloadType, payload, armored)
}

// Files are the files of a pack, by name.
func Files(rotation string, payloads [][]byte, sign Sign) (map[string][]byte, error) {
	files := map[string][]byte{}
	last := ""
	for i, payload := range payloads {
		file, err := sign.seal(StatementPayload, payload)
		if err != nil {
			return nil, err
		}
		files[StatementFile(i+1)], last = file, Sum(payload)
	}
	head, err := sign.seal(HeadPayload, headOf(rotation, len(payloads), last, files))
	files[HeadFile] = head
	return files, err
}

// headOf is the payload of the head.
func headOf(rotation string, count int, last string, files map[string][]byte) []byte {
	h := Head{state.APIVersion, HeadKind, rotation, count, last, []Listed{}}
	for i := range count {
		name := StatementFile(i + 1)
		h.Statements = append(h.Statements, Listed{name, Sum(files[name])})
	}
	return encode(h)
}

// Checked is a pack whose parts fit each other.
type Checked struct {
	Rotation string
	Moves    []Move
	// HeadSHA256 is the digest of the file head.json.
	HeadSHA256 string
	// Signed are the signatures, head's first, with what they are over.
	Signed []Signed
	// Unsigned are the files without a signature.
	Unsigned []string
}

// Signed is a signature of a file.
type Signed struct {
	File            string
	Signable, Armor []byte
}

// Check reads the files of a pack and proves that they fit each other: each in its one
// form, each statement after the one before it, and the head as it follows from them.
// That nobody made all of them anew is for an anchor to prove.
func Check(files map[string][]byte) (*Checked, error) {
	c := &Checked{HeadSHA256: Sum(files[HeadFile])}
	head, err := c.head(files)
	if err != nil {
		return nil, err
	}
	last := ""
	for i := range len(files) - 1 {
		if last, err = c.statement(files, i, last); err != nil {
			return nil, err
		}
	}
	if len(c.Moves) > 0 {
		c.Rotation = c.Moves[0].Rotation
	}
	if !bytes.Equal(head, headOf(c.Rotation, len(c.Moves), last, files)) {
		return nil, problem.AuditHead.With(len(c.Moves)).In(HeadFile)
	}
	return c, nil
}

// head opens head.json, and wants every other file to be a statement.
func (c *Checked) head(files map[string][]byte) ([]byte, error) {
	wanted := []string{HeadFile}
	for i := range len(files) - 1 {
		wanted = append(wanted, StatementFile(i+1))
	}
	for _, name := range wanted {
		if _, there := files[name]; !there {
			return nil, problem.AuditFiles.With(missing(name, files, wanted))
		}
	}
	return c.open(files, HeadFile, HeadPayload)
}

// missing names a file that is not there, and one that is there in its place.
func missing(name string, files map[string][]byte, wanted []string) string {
	why := name + " is missing"
	for _, other := range slices.Sorted(maps.Keys(files)) {
		if !slices.Contains(wanted, other) {
			return why + ", and " + strconv.Quote(other) + " does not belong there"
		}
	}
	return why
}

func (c *Checked) open(files map[string][]byte, name, payloadType string) ([]byte, error) {
	o, err := open(files[name], payloadType)
	if err != nil {
		return nil, problem.AuditForm.With(err).In(name)
	}
	if o.armored == nil {
		c.Unsigned = append(c.Unsigned, name)
	} else {
		c.Signed = append(c.Signed, Signed{name, Signable(payloadType, o.payload), o.armored})
	}
	return o.payload, nil
}

// statement reads the statement at an index, which follows the one with the digest
// previous, and returns its own digest.
func (c *Checked) statement(files map[string][]byte, i int, previous string) (string, error) {
	name := StatementFile(i + 1)
	payload, err := c.open(files, name, StatementPayload)
	if err != nil {
		return "", err
	}
	var s Statement
	if err := decode(payload, &s); err != nil {
		return "", problem.AuditForm.With(err).In(name)
	}
	if why := c.follows(s, i, previous); why != "" {
		return "", problem.AuditChain.With(why).In(name)
	}
	c.Moves = append(c.Moves, s.Predicate)
	return Sum(payload), nil
}

// follows is why a statement is not the next one; "" if it is.
func (c *Checked) follows(s Statement, i int, previous string) string {
	m := s.Predicate
	var before Move
	if i > 0 {
		before = c.Moves[i-1]
	}
	switch {
	case s.Type != StatementType || s.PredicateType != PredicateType || len(s.Subject) == 0:
		return "it is a statement of another type"
	case m.Number != i+1:
		return fmt.Sprintf("it is statement %d, in the place of statement %d", m.Number, i+1)
	case m.Previous != previous:
		return "it does not have the digest of the statement before it"
	case i > 0 && m.Rotation != before.Rotation:
		return "it is of another rotation"
	case m.From != before.Entry.Phase:
		return "it begins in another phase than the one that the statement before it led to"
	case s.Subject[0].Digest.SHA256 != m.Entry.Digest():
		return "its subject does not have the digest of its log entry"
	case i > 0 && m.Entry.Previous != before.Entry.Digest():
		return "its log entry does not follow that of the statement before it"
	}
	return ""
}

// Covers proves that a pack has every entry of a log, and no other.
func (c *Checked) Covers(s *state.Rotation) error {
	if s.Metadata.Name != c.Rotation {
		return problem.AuditLog.With(fmt.Sprintf("the pack is of the rotation %q, the state of %q", c.Rotation, s.Metadata.Name))
	}
	log := s.Status.Log
	if len(log) != len(c.Moves) {
		return problem.AuditLog.With(fmt.Sprintf("the pack has %d statements, the log %d entries", len(c.Moves), len(log)))
	}
	for i, m := range c.Moves {
		if m.Entry.Digest() != log[i].Digest() {
			return problem.AuditLog.With(fmt.Sprintf("statement %d is about another entry than the log has", i+1))
		}
	}
	return nil
}
