package render_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// namesOfMesh are the lines that name the mesh: what to put there instead, and
// the error that this must be.
var namesOfMesh = []struct {
	line    *regexp.Regexp
	instead string
	code    problem.Code
	value   string
}{
	{regexp.MustCompile(`(?m)(^.*-(?:controller|control-plane)-namespace=)linkerd\b`), "${1}other", "render-other-namespace", "other"},
	{regexp.MustCompile(`(?m)(^.*control-plane-ns: )linkerd\b`), "${1}other", "render-other-namespace", "other"},
	{regexp.MustCompile(`(?m)(_l5d_ns\n *value: )linkerd\b`), "${1}other", "render-other-namespace", "other"},
	{regexp.MustCompile(`(?m)(SVC_ADDR\n *value: \S*?\.)linkerd(\.svc)`), "${1}other${2}", "render-other-namespace", "other"},
	{regexp.MustCompile(`(?m)(serviceaccount\.identity\.)linkerd\.`), "${1}other.", "render-other-namespace", "other"},
	{regexp.MustCompile(`(?m)(^.*identity-(?:trust-)?domain=)cluster\.local\b`), "${1}prod.example", "render-other-trust-domain", "prod.example"},
	{regexp.MustCompile(`(?m)(_l5d_trustdomain\n *value: )cluster\.local\b`), "${1}prod.example", "render-other-trust-domain", "prod.example"},
	{regexp.MustCompile(`(?m)(serviceaccount\.identity\.linkerd\.)cluster\.local`), "${1}prod.example", "render-other-trust-domain", "prod.example"},
	{regexp.MustCompile(`(?m)(linkerd\.io/created-by: linkerd/helm ).*$`), "${1}edge-19.1.1", "", ""}, // no family: nothing to compare
	{regexp.MustCompile(`(?m)(linkerd\.io/created-by: linkerd/helm ).*$`), "${1}OTHERFAMILY", "render-other-family", ""},
}

// TestEveryNameOfTheMesh: every single place of a control plane's Deployments, of
// its webhooks and of its trust roots that names the mesh is compared with the
// state, in a whole stream and in one without linkerd-config.
func TestEveryNameOfTheMesh(t *testing.T) {
	kinds := regexp.MustCompile(`(?m)^kind: (Deployment|CronJob|MutatingWebhookConfiguration|ValidatingWebhookConfiguration)$|^  name: linkerd-identity-trust-roots$`)
	places := 0
	for trait, other := range map[string]string{"control-plane-2-10": "stable-2.14.10", "control-plane-2-12": "stable-2.10.2", "control-plane-2-13": "stable-2.12.6"} {
		in := fixture(t, trait)
		for _, document := range documentsOf(in.Stream) {
			text := "---" + document + "\n"
			if !kinds.MatchString(text) {
				continue
			}
			for _, name := range namesOfMesh {
				if strings.HasPrefix(string(name.code), "render-other-family") && !isKind(document, "Deployment") {
					continue
				}
				instead := strings.ReplaceAll(name.instead, "OTHERFAMILY", other)
				for _, at := range name.line.FindAllStringIndex(text, -1) {
					places++
					changed := text[:at[0]] + name.line.ReplaceAllString(text[at[0]:at[1]], instead) + text[at[1]:]
					in.Stream = []byte(changed)
					_, err := render.PostRender(in)
					checkNamed(t, fmt.Sprintf("%s: %q", trait, changed[at[0]:at[1]]), err, name.code, name.value)
				}
			}
		}
	}
	if places < 130 {
		t.Errorf("%d places were changed, want more", places)
	}
}

// checkNamed wants one error of that code, with the value; "" wants none of them.
func checkNamed(t *testing.T, what string, err error, code problem.Code, value string) {
	t.Helper()
	found := 0
	for _, p := range problem.Of(err) {
		if p.Code == code && strings.Contains(p.Error(), value) {
			found++
		} else if strings.HasPrefix(string(p.Code), "render-other-") {
			t.Errorf("%s: %v", what, p)
		}
	}
	if want := min(1, len(code)); found != want {
		t.Errorf("%s: %d errors %s with %q, want %d: %v", what, found, code, value, want, err)
	}
}

// TestForeignNamesWithConfig: linkerd-config agrees, and one argument or label
// elsewhere does not; objects are counted, and the same is not said twice.
func TestForeignNamesWithConfig(t *testing.T) {
	for _, c := range []struct {
		old, instead string
		code         problem.Code
		words        []string
	}{
		{"-identity-trust-domain=cluster.local", "-identity-trust-domain=prod.example", "render-other-trust-domain", []string{`"prod.example"`, `"cluster.local"`, "Deployment linkerd/linkerd-identity"}},
		{"- -identity-trust-domain=cluster.local", "- -identity-trust-domain\n        - prod.example", "render-other-trust-domain", []string{`"prod.example"`}},
		{"-controller-namespace=linkerd", "-controller-namespace=dev", "render-other-namespace", []string{`"dev"`, `"linkerd"`, "-controller-namespace", "more"}},
		{"control-plane-ns: linkerd", "control-plane-ns: dev", "render-other-namespace", []string{`"dev"`, "labels"}},
	} {
		in := fixture(t, "control-plane-2-13")
		changed := replaced(in.Stream, c.old, c.instead)
		if bytes.Equal(changed, in.Stream) {
			t.Fatalf("%s is not in the fixture", c.old)
		}
		in.Stream = changed
		_, err := render.PostRender(in)
		for _, word := range c.words {
			checkNamed(t, c.instead, err, c.code, word)
		}
	}
}
