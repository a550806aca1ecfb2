package cli

import (
	"bytes"
	"io"
	"os/exec"

	"github.com/l5d-pki/l5d-pki-render/internal/kms"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// kmsProgramName is the program that has the clients of HSMs and KMSs.
const kmsProgramName = "l5d-pki-render-kms"

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

// kmsProgram runs the program: request in, reply out.
func (a *app) kmsProgram() kms.Run {
	return func(in io.Reader, out io.Writer) error {
		path := a.findProgram(kmsProgramName, "L5D_PKI_KMS_PROGRAM")
		var talk bytes.Buffer
		cmd := exec.Command(path)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, &talk
		if err := cmd.Run(); err != nil {
			return problem.KMSProgram.With(path, reason(err)).Because(err)
		}
		return nil
	}
}
