package base

import (
	"errors"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/evidence"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// ReadSigned reads an observation file and what is signed of it. A signature that
// is damaged is an error, for signing too: somebody should look at the file.
func ReadSigned(file string) (text, signature []byte, err error) {
	data, err := files.Read(file, MaxObservation)
	if err != nil {
		return nil, nil, err
	}
	if _, err := rotation.ParseObservation(file, data); err != nil {
		return nil, nil, err
	}
	text, signature, err = evidence.Split(data)
	return text, signature, problem.Of(err).In(file).Err()
}

// Sign puts an SSH signature behind the text of an observation.
func Sign(text []byte, key string) ([]byte, error) {
	text = evidence.Line(text)
	signature, err := repo.SignText(key, evidence.Namespace, text)
	if err != nil {
		return nil, KeygenProblem(err)
	}
	signed := evidence.Join(text, signature)
	_, found, err := evidence.Split(signed)
	if found == nil || err != nil { // its exit code does not say that its output was written
		return nil, problem.EvidenceKeygen.With("it gave no whole signature")
	}
	return signed, nil
}

// SignerOf says who of the keys signed a text, or why nobody counts.
func SignerOf(text, signature, keys []byte, at time.Time) (who string, why *problem.Problem, err error) {
	if signature == nil {
		return "", problem.EvidenceUnsigned.With(), nil
	}
	who, err = repo.TextSigner(text, signature, keys, evidence.Namespace, at)
	switch {
	case err != nil:
		return "", nil, KeygenProblem(err)
	case who == "":
		return "", problem.EvidenceSigner.With(), nil
	}
	return who, nil, nil
}

// VerifyFile says who signed an observation, by a file that lists keys.
func VerifyFile(file, allowed string, at time.Time) (who string, err error) {
	list, err := files.Read(allowed, statefile.MaxSize)
	if err != nil {
		return "", err
	}
	keys := evidence.Signers(list)
	if len(keys) == 0 {
		return "", problem.EvidenceNoKeys.With().In(allowed)
	}
	text, signature, err := ReadSigned(file)
	if err != nil {
		return "", err
	}
	who, why, err := SignerOf(text, signature, keys, at)
	if err == nil && why != nil {
		err = why
	}
	return who, problem.Of(err).In(file).Err()
}

// KeygenProblem says why ssh-keygen failed, in its own words where it has some.
func KeygenProblem(err error) *problem.Problem {
	if failure, ok := errors.AsType[*child.Failure](err); ok {
		if said, _, _ := strings.Cut(strings.TrimSpace(failure.Stderr), "\n"); said != "" {
			return problem.EvidenceKeygen.With(sink.Name(said)).Because(err)
		}
	}
	return problem.EvidenceKeygen.With(files.Reason(err)).Because(err)
}
