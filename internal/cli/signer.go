package cli

import (
	"context"
	"io"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/kms"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// kmsProgram has the clients of HSMs and KMSs.
var kmsProgram = program{"l5d-pki-render-kms", "L5D_PKI_KMS_PROGRAM", child.KMS, problem.KMSProgram, nil}

// openSigners finds the keys that --signer and --anchor-signer name.
func (a *app) openSigners(f *startFlags, o *rotation.StartOptions) error {
	var problems problem.List
	for _, s := range []struct {
		uri, file, flag, fileFlag string
		key                       *pki.Key
	}{
		{f.signer, f.outgoingKey, "signer", "outgoing-key", &o.OutgoingKey},
		{f.anchorSigner, f.anchorKey, "anchor-signer", "anchor-key", &o.AnchorKey},
	} {
		switch {
		case s.uri == "":
		case s.file != "":
			problems = append(problems, problem.KMSTwoKeys.With(s.flag, s.fileFlag))
		default:
			signer, err := kms.Open(a.kmsProgram(), s.uri)
			problems.Add(err)
			if err == nil {
				*s.key = pki.RemoteKey(signer)
			}
		}
	}
	return problems.Err()
}

// kmsProgram runs it: request in, reply out.
func (a *app) kmsProgram() kms.Run {
	return func(in io.Reader, out io.Writer) error {
		return a.runProgram(context.Background(), kmsProgram, in, out)
	}
}
