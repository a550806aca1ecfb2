package cli

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// sopsLand is a repository with keys in files of sops, which only the anchor has yet.
// rules are those of sops at the top, links in their place by name.
func sopsLand(t *testing.T, rules string) *prLand {
	t.Helper()
	l, _ := ageLand(t)
	s := l.stateOf("main")
	l.commitTo("main", func(dir string) {
		l.edit(dir, l.state, func(text string) string {
			text = strings.ReplaceAll(text, ".age\n", ".sops.yaml\n")
			return strings.Replace(text, "    kind: age\n    recipients:\n    - "+s.Spec.Custody.Recipients[0]+"\n", "    kind: sops\n", 1)
		})
		l.committed(dir, func() {
			gitIn(t, dir, "rm", "-rq", "pki/keys")
			put(t, dir, "pki/"+strings.TrimSuffix(s.Status.Anchors[0].Key, ".age")+".sops.yaml", sopsKeyFile(t, s.Status.Anchors[0].Certificate, "AnchorKey", "age1base"))
			if rules != "" {
				put(t, dir, ".sops.yaml", rules)
			}
		})
	})
	return l
}

// sopsKeyFile is what sops makes of a key file, without a key in it.
func sopsKeyFile(t *testing.T, certificate, kind string, recipients ...string) string {
	t.Helper()
	chain, err := pki.ParseChain([]byte(certificate))
	if err != nil {
		t.Fatal(err)
	}
	var to strings.Builder
	for _, r := range recipients {
		to.WriteString("  - {recipient: " + r + ", enc: x}\n")
	}
	spki := custody.SPKI(chain[0])
	object := "apiVersion: l5d-pki-render/v1alpha1\nkind: AnchorKey\nmetadata:\n  name: x\n  annotations:\n"
	if kind == "Secret" {
		object = "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\nmetadata:\n  name: linkerd-identity-issuer\n  namespace: linkerd\n  annotations:\n"
	}
	object += "    config.kubernetes.io/local-config: \"true\"\n    l5d-pki-render/spki-sha256: " + spki + "\ndata:\n  tls.key: ENC[AES256_GCM,data:eA==,iv:eA==,tag:eA==,type:str]\n"
	if kind == "Secret" {
		object += "  key.pem: ENC[AES256_GCM,data:eQ==,iv:eA==,tag:eA==,type:str]\n"
	}
	return object + "sops:\n  age:\n" + to.String() + "  mac: ENC[x]\n  encrypted_regex: ^(tls\\.key|key\\.pem)$\n  mac_only_encrypted: true\n"
}

// TestGuardSopsRecipients: a key file of sops that the change brings is encrypted to
// whom the rules say, or the key files of the base.
func TestGuardSopsRecipients(t *testing.T) {
	t.Parallel()
	ruled := sopsLand(t, "creation_rules:\n- path_regex: pki/keys/.*\n  age: age1rule\n")
	bare := sopsLand(t, "")
	for name, c := range map[string]struct {
		l    *prLand
		to   []string
		want bool
	}{
		"as the rules say":            {ruled, []string{"age1rule"}, true},
		"as the base has it":          {ruled, []string{"age1base"}, true},
		"a stranger":                  {ruled, []string{"age1stranger"}, false},
		"a stranger beside":           {ruled, []string{"age1rule", "age1stranger"}, false},
		"both":                        {ruled, []string{"age1base", "age1rule"}, false},
		"without rules, as the base":  {bare, []string{"age1base"}, true},
		"without rules, a stranger":   {bare, []string{"age1stranger"}, false},
		"without rules, and nobody's": {bare, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := c.l.stateOf("main")
			dir := c.l.job("origin/main", func(dir string) {
				c.l.committed(dir, func() {
					put(t, dir, "pki/"+s.Status.Issuers[0].Key, sopsKeyFile(t, s.Status.Issuers[0].Certificate, "Secret", c.to...))
				})
			})
			_, codes, out := c.l.guardedAt(dir, "--accept", "guard-keys")
			if (len(codes) == 0) != c.want || !c.want && !slices.Equal(codes, []string{"guard-key-file"}) {
				t.Errorf("says %q:\n%s", codes, out)
			}
		})
	}
}

// TestGuardSopsRules: the rules of sops are guarded where sops, or a file system, finds them.
func TestGuardSopsRules(t *testing.T) {
	t.Parallel()
	const rules = "creation_rules:\n- age: age1rule\n"
	l := sopsLand(t, rules)
	for name, want := range map[string]string{
		".sops.yaml": "guard-recipients", "pki/.sops.yaml": "guard-recipients", ".SOPS.YAML": "guard-path-folds", ".sops.yaml.": "guard-path-folds",
		".ſops.yaml": "guard-path-folds", "SOPSYA~1.YAM": "guard-path-folds", "pki/.Sops.yaml": "guard-path-folds", "PKI/.sops.yaml": "guard-path-folds",
		"pki/keys/.sops.yaml": "", "sops.yaml": "", "other/.sops.yaml": "",
	} {
		t.Run(name, func(t *testing.T) {
			dir := l.job("origin/main", func(dir string) {
				l.committed(dir, func() { put(t, dir, name, "creation_rules:\n- age: age1stranger\n") })
			})
			_, codes, out := l.guardedAt(dir)
			if (len(codes) == 0) != (want == "") || want != "" && !slices.Contains(codes, want) {
				t.Errorf("says %q, want %q:\n%s", codes, want, out)
			}
		})
	}
	linked := sopsLand(t, "")
	linked.commitTo("main", func(dir string) {
		linked.committed(dir, func() {
			put(t, dir, "conf/sops.yaml", rules)
			link(t, dir, filepath.FromSlash("conf/sops.yaml"), ".sops.yaml")
		})
	})
	dir := linked.job("origin/main", func(dir string) { linked.edit(dir, "conf/sops.yaml", func(s string) string { return s + "# x\n" }) })
	if _, codes, out := linked.guardedAt(dir); !slices.Equal(codes, []string{"guard-not-a-file"}) {
		t.Errorf("a link: %q:\n%s", codes, out)
	}
}

// TestGuardSopsRuleOfAnotherPath: a change that brings a key does not choose its recipients by
// a path at which the rules say others than where the state has its keys.
func TestGuardSopsRuleOfAnotherPath(t *testing.T) {
	t.Parallel()
	l := sopsLand(t, "creation_rules:\n- path_regex: pki/keys/dev/.*\n  age: age1dev\n- path_regex: pki/keys/.*\n  age: age1rule\n")
	s := l.stateOf("main")
	for name, c := range map[string]struct {
		key, to string
		want    bool
	}{
		"another rule":          {"keys/dev/x.sops.yaml", "age1dev", false},
		"the rule of the keys":  {"keys/dev/x.sops.yaml", "age1rule", true},
		"another name, as ever": {"keys/x.sops.yaml", "age1rule", true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := l.job("origin/main", func(dir string) {
				l.committed(dir, func() {
					put(t, dir, "pki/"+c.key, sopsKeyFile(t, s.Status.Issuers[0].Certificate, "Secret", c.to))
					state := readIn(t, dir, l.state)
					put(t, dir, l.state, strings.Replace(state, "key: "+s.Status.Issuers[0].Key, "key: "+c.key, 1))
				})
			})
			_, codes, out := l.guardedAt(dir, "--accept", "guard-keys")
			if (len(codes) == 0) != c.want || !c.want && !slices.Equal(codes, []string{"guard-key-file"}) {
				t.Errorf("says %q:\n%s", codes, out)
			}
		})
	}
}
