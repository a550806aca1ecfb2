package custody

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"io"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/sshkey"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestAgeSSHAway: key files for SSH keys are made and opened by the program that reads
// those; where that cannot be run, the error is that, and not that the key is damaged.
func TestAgeSSHAway(t *testing.T) {
	_, private, _ := ed25519.GenerateKey(rand.Reader)
	o := sshPair(t, private)
	runs := 0
	asking := exchange.Asking{Call: func(in io.Reader, out io.Writer) error {
		runs++
		return exchange.Serve(in, out, sshkey.Library{})
	}}
	missing := exchange.Asking{Call: func(io.Reader, io.Writer) error { return problem.CustodySSHProgram.With("full", "no such file") }}
	// fails is the library until a call of it fails.
	fails := func(at int) exchange.Library {
		return exchange.Asking{Call: func(in io.Reader, out io.Writer) error {
			if at--; at < 0 {
				return missing.Call(in, out)
			}
			return exchange.Serve(in, out, sshkey.Library{})
		}}
	}
	sealing := ageCustody(t, state.Custody{Recipients: []string{o.recipient, x25519(t).recipient}}, nil)
	opening := ageCustody(t, state.Custody{}, map[string]string{envIdentity: o.identity})
	sealing.SSH, opening.SSH = asking, asking
	key := mint(t)
	if err := sealing.Check(); err != nil {
		t.Error(err)
	}
	sealed, err := sealing.Seal(key, named)
	if err != nil {
		t.Fatal(err)
	}
	if opened, err := opening.Open(sealed, named); err != nil || !bytes.Equal(opened.PEM(), key.PEM()) || runs == 0 {
		t.Errorf("%v, after %d runs", err, runs)
	}
	for name, do := range map[string]func(l exchange.Library) error{
		"check": func(l exchange.Library) error { sealing.SSH = l; return sealing.Check() },
		"seal":  func(l exchange.Library) error { sealing.SSH = l; _, err := sealing.Seal(key, named); return err },
		"open":  func(l exchange.Library) error { opening.SSH = l; _, err := opening.Open(sealed, named); return err },
	} {
		for at := range 2 { // the key is read, and then used
			if err := do(fails(at)); code(err) != problem.CustodySSHProgram.Code {
				t.Errorf("%s, call %d fails: %v", name, at, err)
			}
		}
	}
}
