package survey

import (
	"strconv"
	"strings"
	"testing"
)

// TestArguments: what the arguments of a rendered control plane say, where it is not
// what the state says, in each form of an argument.
func TestArguments(t *testing.T) {
	deployment := func(meta, args string) string {
		return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {" + meta + "}\nspec: {template: {spec: {containers: [{" + args + "}]}}}\n"
	}
	identity := func(args string) string {
		return deployment("name: linkerd-identity, namespace: linkerd", "args: [identity, "+args+"]")
	}
	config := func(values string) string {
		return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: linkerd-config, namespace: linkerd}\ndata:\n  values: |\n    " + values + "\n"
	}
	for name, c := range map[string]struct{ text, want string }{
		"as the state":           {identity("-identity-trust-domain=cluster.local, -identity-issuance-lifetime=24h0m0s, -identity-clock-skew-allowance=20s, -identity-scheme=linkerd.io/tls"), ""},
		"trust domain":           {identity("-identity-trust-domain=other.example"), "error survey-shadowed-setting 5:"},
		"trust domain, apart":    {identity("--identity-trust-domain, other.example"), "error survey-shadowed-setting 5:"},
		"of the policy":          {deployment("name: linkerd-destination, namespace: linkerd", "command: [x, --identity-domain=other.example]"), "error survey-shadowed-setting 5:"},
		"longer lifetime":        {identity("-identity-issuance-lifetime=48h"), "error survey-leaf-lifetime 5:"},
		"shorter lifetime":       {identity("--identity-issuance-lifetime=1h"), "warning survey-leaf-lifetime 5:"},
		"clock skew":             {identity("-identity-clock-skew-allowance, 1m0s"), "error survey-leaf-lifetime 5:"},
		"scheme":                 {identity("--identity-scheme=kubernetes.io/tls"), "error survey-other-scheme 5:"},
		"no namespace":           {deployment("name: linkerd-identity", "args: [-identity-trust-domain=other.example]"), "error survey-shadowed-setting 5:"},
		"in a List":              {"apiVersion: v1\nkind: List\nitems:\n- " + strings.ReplaceAll(strings.TrimSpace(identity("-identity-trust-domain=other.example")), "\n", "\n  ") + "\n", "error survey-shadowed-setting 8:"},
		"a kind of its list":     {"apiVersion: apps/v1\nkind: Deployment\nitems:\n- metadata: {name: linkerd-identity}\n  spec: {template: {spec: {containers: [{args: [-identity-trust-domain=other.example]}]}}}\n", "error survey-shadowed-setting 6:"},
		"by a variable":          {deployment("name: linkerd-identity", "args: [-identity-issuance-lifetime=$(A)], env: [{name: A, value: 48h}]"), "error survey-leaf-lifetime 5:"},
		"by another variable":    {deployment("name: linkerd-identity", "args: [-identity-issuance-lifetime=$(A)], env: [{name: A, valueFrom: {fieldRef: {}}}]"), "warning survey-unread-setting 5:"},
		"in a shell":             {deployment("name: linkerd-identity", "command: [sh, -c, exec x --identity-scheme=y]"), "warning survey-unread-setting 5:"},
		"no length of time":      {identity("-identity-issuance-lifetime=1d"), "warning survey-unread-setting 5:"},
		"another namespace":      {deployment("name: linkerd-identity, namespace: l5d", "args: [-identity-trust-domain=other.example]"), ""},
		"a placeholder":          {identity("'-identity-trust-domain=${domain}'"), ""},
		"another kind":           {"apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{args: [-identity-trust-domain=other.example]}]}}}\n", ""},
		"config, trust domain":   {config("identityTrustDomain: other.example"), "error survey-shadowed-setting 7:"},
		"config, external CA":    {config("identity: {externalCA: true}"), "error survey-shadowed-setting 7:"},
		"config, as the state":   {config("{identityTrustDomain: cluster.local, identity: {externalCA: false}}"), ""},
		"config, of another one": {strings.Replace(config("identityTrustDomain: other.example"), "namespace: linkerd", "namespace: l5d", 1), ""},
	} {
		s, err := New(Settings{State: mesh(t)})
		if err != nil {
			t.Fatal(err)
		}
		s.Add("deploy/a.yaml", []byte("---\n"+c.text))
		got := []string{}
		for _, f := range s.Report().Findings {
			got = append(got, string(f.Severity)+" "+string(f.Code)+" "+strconv.Itoa(f.Line)+":")
		}
		if joined := strings.Join(got, " "); joined != c.want {
			t.Errorf("%s: %q, want %q", name, joined, c.want)
		}
	}
}
