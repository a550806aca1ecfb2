package cli

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/handshake"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// library calls what programs call, not people: `go:NAME ARGUMENT ...`. Files of
// certificates are named without their .crt, several joined by +.
func (r *hintRun) library(args []string) result {
	err := r.libraryCall(strings.TrimPrefix(args[0], "go:"), args[1:])
	if err == nil {
		return result{}
	}
	var said strings.Builder
	for _, p := range problem.Of(err) {
		fmt.Fprintf(&said, "error: %s\nhint: %s\nhint: `l5d-pki-render explain %s`\n", p.Error(), strings.Join(p.Hints, "; "), p.Code)
	}
	return result{ExitFailed, "", said.String()}
}

func (r *hintRun) libraryCall(name string, args []string) error {
	at := r.at
	random := rand.NewChaCha8(sha256.Sum256([]byte("library")))
	switch name {
	case "verify": // issuer|leaf go|webpki BUNDLE CHAIN [never]
		bundle, chain, err := bundleAndChain(args[2], args[3])
		if err != nil {
			return err
		}
		rules := pki.GoRules
		if args[1] == "webpki" {
			rules = pki.WebpkiRules
		}
		if len(args) > 4 {
			at = time.Time{}
		}
		if args[0] == "issuer" {
			return pki.VerifyIssuer(bundle, chain, rules, at)
		}
		return pki.VerifyLeaf(bundle, chain, rules, at)
	case "serving": // BUNDLE CHAIN HOST
		bundle, chain, err := bundleAndChain(args[0], args[1])
		if err != nil {
			return err
		}
		return pki.VerifyServing(bundle.Certificates(), chain, args[2], at)
	case "run": // PROGRAM of ours, with nothing to read
		out, err := exec.Command(helperProgram(r.t, args[0])).CombinedOutput()
		if m := repliedCode.FindSubmatch(out); m != nil {
			if s, known := problem.Lookup(problem.Code(m[1])); known {
				return s.With()
			}
		}
		return errors.Join(err, errors.New(string(out)))
	case "lint-webhook": // SERVING CA KEY SERVICE
		_, chain, err := bundleAndChain(args[1], args[0])
		if err != nil {
			return err
		}
		ca, err := chainOf(args[1])
		if err != nil {
			return err
		}
		return findingsOf(pki.LintWebhook(pki.Webhook{Service: args[3], Namespace: "linkerd", Serving: chain, CABundle: ca, Key: keyOf(args[2])}, at))
	case "lint-bundle", "lint-issuer": // BUNDLE [CHAIN]
		bundle, err := bundleOf(args[0])
		if err != nil {
			return err
		}
		id := pki.Identity{Namespace: "linkerd", TrustDomain: "cluster.local"}
		if name == "lint-bundle" {
			return findingsOf(pki.LintBundle(bundle, id, at))
		}
		chain, err := chainOf(args[1])
		if err != nil {
			return err
		}
		return findingsOf(pki.LintIssuer(bundle, chain, id, at))
	case "key": // FILE
		text, err := os.ReadFile(args[0])
		if err == nil {
			_, err = pki.ParseKey(text)
		}
		return err
	case "bundle", "chain": // FILE
		text, err := os.ReadFile(args[0])
		if err != nil {
			return err
		}
		if name == "chain" {
			_, err = pki.ParseChain(text)
			return err
		}
		_, err = pki.ParseBundle(text)
		return err
	case "new-bundle":
		bundle, err := bundleOf(args...)
		if err == nil {
			_ = bundle
		}
		return err
	case "mint-anchor": // KEY, or none; HOURS from now
		key := pki.Key{}
		if args[0] != "none" {
			key = keyOf(args[0])
		}
		_, err := pki.MintAnchor(key, "root", pki.PeriodAt(at, 0, hoursOf(args[1])), random)
		return err
	case "mint-issuer": // SIGNER KEY HOURS-TO-BEGIN
		signer, err := chainOf(args[0])
		if err != nil {
			return err
		}
		key, err := ecdsa.GenerateKey(elliptic.P256(), random)
		if err != nil {
			return err
		}
		_, err = pki.MintIssuer(key.Public(), "i", signer[0], keyOf(args[1]), pki.PeriodAt(at.Add(hoursOf(args[2])), 0, time.Hour), random)
		return err
	case "cross": // NEXT BEFORE
		next, err := chainOf(args[0])
		if err != nil {
			return err
		}
		before, err := chainOf(args[1])
		if err != nil {
			return err
		}
		_, err = pki.CrossSign(next[0], before[0], keyOf(args[1]), pki.PeriodAt(at, 0, time.Hour), random)
		return err
	case "signed": // REQUEST-KEY [CHAIN]: the answer to a request for "identity.linkerd.cluster.local"
		request, err := pki.CreateRequest(keyOf(args[0]), "identity.linkerd.cluster.local")
		if err != nil {
			return err
		}
		var chain pki.Chain
		if len(args) > 1 {
			if chain, err = chainOf(args[1]); err != nil {
				return err
			}
		}
		return pki.AcceptSigned(request, chain)
	case "adopt": // STREAM [VALUES]
		in := render.AdoptInput{Name: "east", Custody: state.CustodyFile}
		text, err := os.ReadFile(args[0])
		in.Stream = render.Source{Name: args[0], Data: text}
		if err == nil && len(args) > 1 {
			text, err = os.ReadFile(args[1])
			in.Values = render.Source{Name: args[1], Data: text}
		}
		if err == nil {
			_, _, err = render.Adopt(in)
		}
		return err
	case "review": // BEFORE AFTER
		before, err := stateOf(args[0])
		if err != nil {
			return err
		}
		after, err := stateOf(args[1])
		if err == nil {
			_, err = rotation.Review(before, after, rotation.Evidence{}, at)
		}
		return err
	case "state": // FILE
		_, err := stateOf(args[0])
		return err
	case "link": // STATE LINKED NAME
		s, err := stateOf(args[0])
		if err != nil {
			return err
		}
		linked, err := stateOf(args[1])
		if err == nil {
			_, err = rotation.StatusOf(s, rotation.Evidence{Links: []rotation.LinkedState{{Name: args[2], State: linked}}}, at)
		}
		return err
	case "start": // STATE [DAMAGE]
		s, err := stateOf(args[0])
		if err != nil {
			return err
		}
		o := rotation.StartOptions{Kind: state.KindIssuer, OutgoingKey: keyOf("keys/2026")}
		switch strings.Join(args[1:], "") {
		case "anchor":
			s.Status.Anchors[0].Role = "other"
		case "issuer":
			s.Status.Issuers[0].Role = "other"
		case "webhook":
			o = rotation.StartOptions{Kind: state.KindWebhooks, Webhooks: map[string]rotation.BroughtWebhook{"tap": {}}}
		case "hook": // the certificate of another webhook
			var brought rotation.BroughtWebhook
			other := s.Status.Webhooks[state.WebhookPolicyValidator]
			if brought.Certificate, err = pki.ParseChain([]byte(other.Certificate)); err == nil {
				brought.CABundle, err = pki.ParseChain([]byte(other.CABundle))
			}
			if err != nil {
				return err
			}
			o = rotation.StartOptions{Kind: state.KindWebhooks, Webhooks: map[string]rotation.BroughtWebhook{state.WebhookProxyInjector: brought}}
		}
		_, err = rotation.Start(s, o, rotation.Evidence{}, at, random)
		return err
	case "render": // STATE STREAM [DAMAGE]
		s, err := stateOf(args[0])
		if err != nil {
			return err
		}
		in := render.Input{State: s, Keyless: true}
		in.Stream, err = os.ReadFile(args[1])
		switch strings.Join(args[2:], "") {
		case "two":
			s.Status.Anchors[0].Certificate += "\n" + s.Status.Anchors[1].Certificate
		case "huge":
			in.Stream = make([]byte, render.MaxStream+1)
		case "keys":
			in.Keyless, in.Keys = false, render.Keys{}
		case "apart":
			in.SecretsApart, in.Apart, in.Keyless = true, render.Apart{}, false
		}
		if err == nil {
			_, err = render.PostRender(in)
		}
		return err
	case "observation":
		text, err := os.ReadFile(args[0])
		if err == nil {
			_, err = rotation.ParseObservation(args[0], text)
		}
		return err
	case "random": // BYTES of randomness
		_, err := pki.MintKey(pki.FormSEC1, bytes.NewReader(bytes.Repeat([]byte{7}, len(args[0]))))
		return err
	case "handshake": // BUNDLE CLIENT-ISSUER SERVER-ISSUER SERVER-KEY
		bundle, chain, err := bundleAndChain(args[0], args[1])
		if err != nil {
			return err
		}
		client, err := pki.NewPeer(bundle, chain, keyOf(args[1]), "a.b.serviceaccount.identity.linkerd.cluster.local", at, random)
		if err != nil {
			return err
		}
		if chain, err = chainOf(args[2]); err != nil {
			return err
		}
		server, err := pki.NewPeer(bundle, chain, keyOf(args[3]), "c.d.serviceaccount.identity.linkerd.cluster.local", at, random)
		if err != nil {
			return err
		}
		return handshake.Between(client, server, at, random)
	case "edit": // FILE set|put|delete|insert|append PATH [VALUE]
		text, err := os.ReadFile(args[0])
		if err != nil {
			return err
		}
		value := ""
		if len(args) > 3 {
			value = args[3]
		}
		_, err = manifest.Splice(text, hintEdit(args[1], args[2], value))
		return err
	case "items": // FILE PATH: objects in a list are read apart
		text, err := os.ReadFile(args[0])
		if err != nil {
			return err
		}
		root, err := manifest.Parse(text)
		if err == nil {
			_, err = manifest.CutItems(text, root, hintPath(args[1]))
		}
		return err
	}
	return fmt.Errorf("there is no call %q", name)
}

// repliedCode is the code in the reply of a program for programs.
var repliedCode = regexp.MustCompile(`"code":\s*"([a-z0-9-]+)"`)

func hintPath(text string) (path manifest.Path) {
	for _, step := range strings.Split(text, ".") {
		path = path.With(step)
	}
	return path
}

func hintEdit(verb, at, value string) manifest.Edit {
	path := hintPath(at)
	switch verb {
	case "set":
		return manifest.Set(path, value)
	case "put":
		return manifest.Put(path, value)
	case "insert":
		return manifest.Insert(path, []byte(value))
	case "append":
		return manifest.Append(path, []byte(value))
	}
	return manifest.Delete(path)
}

func stateOf(file string) (*state.Rotation, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return state.Parse(file, text)
}

func hoursOf(text string) time.Duration {
	d, err := time.ParseDuration(text + "h")
	if err != nil {
		panic(err)
	}
	return d
}

func chainOf(names string) (chain pki.Chain, err error) {
	for _, name := range strings.Split(names, "+") {
		if name, count, several := strings.Cut(name, "*"); several {
			for i := range int(hoursOf(count) / time.Hour) {
				one, err := chainOf(fmt.Sprint(name, i+1))
				if err != nil {
					return nil, err
				}
				chain = append(chain, one...)
			}
			continue
		}
		c, _, err := readHintCert(name)
		if err != nil {
			return nil, err
		}
		chain = append(chain, pki.Certificate{Certificate: c})
	}
	return chain, nil
}

func bundleOf(names ...string) (pki.Bundle, error) {
	if len(names) == 0 {
		return pki.NewBundle()
	}
	chain, err := chainOf(names[0])
	if err != nil {
		return pki.Bundle{}, err
	}
	return pki.NewBundle(chain...)
}

func bundleAndChain(bundle, chain string) (pki.Bundle, pki.Chain, error) {
	b, err := bundleOf(bundle)
	if err != nil {
		return b, nil, err
	}
	c, err := chainOf(chain)
	return b, c, err
}

func keyOf(name string) pki.Key {
	text, err := os.ReadFile(name + ".key")
	if err != nil {
		panic(err)
	}
	key, err := pki.ParseKey(text)
	if err != nil {
		panic(err)
	}
	return key
}

func findingsOf(findings []pki.Finding) error {
	var all problem.List
	for _, f := range findings {
		all = append(all, &problem.Problem{Code: f.Code, Path: f.Subject, Text: f.Text, Hints: []string{f.Hint}})
	}
	return all.Err()
}
