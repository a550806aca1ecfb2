package cli

import (
	"context"
	"io"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/kms"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// kmsProgram has the clients of HSMs and KMSs.
var kmsProgram = program{"l5d-pki-render-kms", "L5D_PKI_KMS_PROGRAM", child.KMS, problem.KMSProgram, nil, nil}

// kmsProgram runs it: request in, reply out.
func (a *app) kmsProgram() kms.Run {
	return func(in io.Reader, out io.Writer) error {
		return a.runProgram(context.Background(), kmsProgram, in, out)
	}
}
