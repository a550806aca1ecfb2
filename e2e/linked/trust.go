package linked

import (
	"bufio"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// pair is a bundle and what has to verify under it, in PEM: what a proxy presents, or
// what a replica of identity has loaded.
type pair struct{ Bundle, Presented, Issuer string }

// trust verifies pairs twice: by the rules of proxies with the gate's own code, in a
// program of its own, and by crypto/x509.
type trust struct {
	ask    *json.Encoder
	answer *bufio.Reader
	// known are the pairs that were asked, and why they fail.
	known map[pair]string
}

func newTrust(t *testing.T) *trust {
	t.Helper()
	cmd := exec.Command(peer.Program(t, "pairs"))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close() // ends it
		_ = cmd.Wait()
	})
	return &trust{json.NewEncoder(in), bufio.NewReader(out), map[pair]string{}}
}

// fails is why a pair fails, "" if both verify it; each says so for itself.
func (v *trust) fails(t *testing.T, p pair) string {
	t.Helper()
	if why, known := v.known[p]; known {
		return why
	}
	if err := v.ask.Encode(p); err != nil {
		t.Fatal(err)
	}
	line, err := v.answer.ReadString('\n')
	if err != nil && err != io.EOF || line == "" {
		t.Fatalf("the program that verifies pairs ended: %v", err)
	}
	why := strings.TrimSpace(line)
	if why != "" {
		why = "by the rules of proxies: " + why
	}
	if err := byGo(p); err != nil {
		why += fmt.Sprintf("; by crypto/x509: %v", err)
	}
	v.known[p] = why
	return why
}

// byGo verifies a pair with crypto/x509.
func byGo(p pair) error {
	roots, behind := x509.NewCertPool(), x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(p.Bundle)) {
		return fmt.Errorf("the bundle has no certificates")
	}
	first, rest := pem.Decode([]byte(p.Presented + p.Issuer))
	if first == nil {
		return fmt.Errorf("nothing is presented")
	}
	behind.AppendCertsFromPEM(rest)
	own, err := x509.ParseCertificate(first.Bytes)
	if err != nil {
		return err
	}
	_, err = own.Verify(x509.VerifyOptions{Roots: roots, Intermediates: behind, CurrentTime: time.Now(),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	return err
}

// check verifies every pair of a bundle that is held and a chain that is served, over
// all clusters, and that each replica of identity verifies what it has loaded.
func (v *trust) check(t *testing.T, when string, clusters []*cluster) {
	t.Helper()
	for _, here := range clusters {
		for _, holder := range here.pods {
			if holder.issuer != "" {
				if why := v.fails(t, pair{Bundle: holder.bundle, Issuer: holder.issuer}); why != "" {
					t.Fatalf("%s: %s of %s refuses its issuer: %s", when, holder.name, here.name, why)
				}
			}
			for _, there := range clusters {
				for _, peer := range there.pods {
					if why := v.fails(t, pair{Bundle: holder.bundle, Presented: peer.presented}); why != "" {
						t.Fatalf("%s: %s of %s refuses %s of %s: %s", when, holder.name, here.name, peer.name, there.name, why)
					}
				}
			}
		}
	}
}
