package survey

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// programsOf hand one bundle to Linkerd in every way that is read.
func programsOf(t testing.TB, name string) map[string]carrier {
	text, quoted, coded, indented := spellings(t, name)
	one := func(file, content string) carrier { return carrier{file, tree{file: content, "pki/ca.crt": text}} }
	return map[string]carrier{
		"Terraform, heredoc in set":        one("linkerd.tf", "resource \"helm_release\" \"l\" {\n  chart = \"linkerd-control-plane\"\n  set {\n    name  = \"identityTrustAnchorsPEM\"\n    value = <<EOT\n"+text+"EOT\n  }\n}\n"),
		"Terraform, indented heredoc":      one("linkerd.tf", "  values = [yamlencode({\n    identityTrustAnchorsPEM = <<-EOT\n"+indented("      ")+"    EOT\n  })]\n"),
		"Terraform, file()":                one("pki/linkerd.tf", "  set {\n    name = \"identityTrustAnchorsPEM\"\n    value = file(\"${path.module}/ca.crt\")\n  }\n"),
		"Terraform, file() upwards":        one("tf/linkerd.tf", "  set_sensitive {\n    name = \"identityTrustAnchorsPEM\"\n    value = trimspace(file(\"${path.root}/../pki/ca.crt\"))\n  }\n"),
		"Terraform, list of set":           one("l.tf", "  set = [\n    { name = \"identityTrustAnchorsPEM\", value = file(\"pki/ca.crt\") },\n  ]\n"),
		"Terraform, jsonencode":            one("l.tf", "  values = [jsonencode({ \"identityTrustAnchorsPEM\" : "+quoted+" })]\n"),
		"Terraform, local":                 one("l.tf", "locals {\n  anchors = <<EOT\n"+text+"EOT\n}\nresource \"helm_release\" \"l\" {\n  set {\n    name = \"identityTrustAnchorsPEM\"\n    value = local.anchors\n  }\n}\n"),
		"Terraform, local of another file": {"a.tf", tree{"a.tf": "  set {\n    name  = \"identityTrustAnchorsPEM\"\n    value = local.anchors\n  }\n", "b.tf": "locals { x = 1 }\nlocals {\n  anchors = file(\"ca.pem\")\n}\n", "ca.pem": text}},
		"Terraform, variable's default":    one("l.tf", "variable \"anchors\" {\n  type = string\n  default = "+quoted+"\n}\nx {\n  name  = \"identityTrustAnchorsPEM\"\n  value = var.anchors\n}\n"),
		"Terraform, base64decode":          one("l.tf", "  identityTrustAnchorsPEM = base64decode(\""+coded+"\")\n"),
		"Terraform, trust roots":           one("l.tf", "resource \"kubernetes_config_map\" \"r\" {\n  metadata {\n    name = \"linkerd-identity-trust-roots\"\n  }\n  data = {\n    \"ca-bundle.crt\" = file(\"pki/ca.crt\")\n  }\n}\n"),
		"tfvars":                           one("prod.tfvars", "identityTrustAnchorsPEM = <<EOT\n"+text+"EOT\n"),
		"Terragrunt":                       one("terragrunt.hcl", "inputs = {\n  identityTrustAnchorsPEM = file(\"pki/ca.crt\")\n}\n"),
		"Windows line ends":                one("l.tf", strings.ReplaceAll("  set {\n    name  = \"identityTrustAnchorsPEM\"\n    value = <<EOT\n"+text+"EOT\n  }\n", "\n", "\r\n")),
		"shell, flag":                      one("up.sh", "linkerd install \\\n  --identity-trust-anchors-file pki/ca.crt \\\n  --identity-issuer-key-file k | kubectl apply -f -\n"),
		"shell, flag with =":               one("up.sh", "linkerd upgrade --identity-trust-anchors-file=\"./pki/ca.crt\" | kubectl apply -f -\n"),
		"shell, flag, variable":            one("up.sh", "DIR=$(dirname \"$0\")\nlinkerd install --identity-trust-anchors-file \"$DIR/ca.crt\"\n"),
		"shell, file in a variable":        one("up.sh", "export CA=pki/ca.crt\nlinkerd install --identity-trust-anchors-file \"${CA}\"\n"),
		"shell, --set-file":                one("up.sh", "helm upgrade l x --set-file identityTrustAnchorsPEM=pki/ca.crt --set a=b\n"),
		"shell, --set-file, umbrella":      one("Makefile", "up:\n\thelm upgrade l x --set-file linkerd-control-plane.identityTrustAnchorsPEM=pki/ca.crt\n"),
		"shell, --set of cat":              one("up", "#!/usr/bin/env bash\nhelm upgrade l x --set identityTrustAnchorsPEM=\"$(cat pki/ca.crt)\"\n"),
		"shell, heredoc of values":         one("up.sh", "helm upgrade l x -f - <<EOF\nidentityTrustAnchorsPEM: |\n"+indented("  ")+"EOF\n"),
		"shell, file that it writes":       {"up.sh", tree{"up.sh": "cat > /tmp/ca.crt <<'EOF'\n" + text + "EOF\nlinkerd install --identity-trust-anchors-file /tmp/ca.crt\n"}},
		"shell, trust roots":               one("up.sh", "kubectl create configmap linkerd-identity-trust-roots -n linkerd --from-file=ca-bundle.crt=pki/ca.crt\n"),
		"PowerShell":                       one("up.ps1", "linkerd install --identity-trust-anchors-file .\\pki\\ca.crt\n"),
		"GitHub":                           one(".github/workflows/up.yml", "jobs:\n  up:\n    steps:\n    - run: |\n        helm upgrade l x \\\n          --set-file identityTrustAnchorsPEM=pki/ca.crt\n"),
		"GitLab":                           one(".gitlab-ci.yml", "up:\n  script:\n  - linkerd install --identity-trust-anchors-file pki/ca.crt | kubectl apply -f -\n"),
		"Jenkins":                          one("Jenkinsfile", "sh 'helm upgrade l x --set-file identityTrustAnchorsPEM=pki/ca.crt'\n"),
		"Tekton":                           one("task.yaml", "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: x}\nspec: {steps: [{script: 'linkerd install --identity-trust-anchors-file=pki/ca.crt'}]}\n"),
		"arguments of a Job":               one("job.yaml", "apiVersion: batch/v1\nkind: Job\nmetadata: {name: x}\nspec: {template: {spec: {containers: [{args: [install, --identity-trust-anchors-file, pki/ca.crt]}]}}}\n"),
		"Pulumi":                           one("index.ts", "new k8s.helm.v3.Release(\"l\", {values: {\n  identityTrustAnchorsPEM: fs.readFileSync(\"pki/ca.crt\").toString(),\n}});\n"),
		"Python":                           one("up.py", "values = {\"identityTrustAnchorsPEM\": open(\"pki/ca.crt\").read()}\n"),
		"Nix":                              one("l.nix", "{ identityTrustAnchorsPEM = builtins.readFile ./pki/ca.crt; }\n"),
		"Jsonnet":                          one("l.jsonnet", "{ identityTrustAnchorsPEM: importstr 'pki/ca.crt' }\n"),
		"Tanka, |||":                       one("l.libsonnet", "{\n  identityTrustAnchorsPEM: |||\n"+indented("    ")+"  |||,\n}\n"),
		"CUE":                              one("l.cue", "identityTrustAnchorsPEM: \"\"\"\n"+indented("\t")+"\t\"\"\"\n"),
		"Tiltfile":                         one("Tiltfile", "helm_resource('l', 'x', flags=['--set-file=identityTrustAnchorsPEM=pki/ca.crt'])\n"),
		"quoted with escapes":              one("up.sh", "helm upgrade l x --set-string identityTrustAnchorsPEM="+strconv.Quote(text)+"\n"),
		"base64 in a script":               one("up.sh", "A="+base64.StdEncoding.EncodeToString([]byte(text))+"\nhelm upgrade l x --set identityTrustAnchorsPEM=\"$(echo $A | base64 -d)\"\n"),
	}
}

// TestOtherBundleInPrograms: another trust bundle is found where Terraform, scripts and
// jobs of CI hand it over, and the phase's own is no finding there.
func TestOtherBundleInPrograms(t *testing.T) {
	for name, c := range programsOf(t, "anchor-2025.crt") {
		if found := errorsOf(t, c.files)[c.file]; len(found) != 1 || found[0] != problem.SurveyOtherBundle.Code {
			t.Errorf("%s: %v, want one about the bundle", name, found)
		}
	}
	for name, c := range programsOf(t, "anchor-2026.crt") {
		for _, f := range look(t, c.files, false).Findings {
			if f.Code == problem.SurveyOtherBundle.Code || f.Code == problem.SurveyBundleUnread.Code {
				t.Errorf("%s, the phase's own: %v", name, f)
			}
		}
	}
}

// TestUnreadBundlesAreNamed: what cannot be followed is said, with its expression; what
// sets no bundle is nothing.
func TestUnreadBundlesAreNamed(t *testing.T) {
	for name, tt := range map[string]struct{ file, text, says string }{
		"resource":            {"l.tf", "set {\n  name = \"identityTrustAnchorsPEM\"\n  value = tls_self_signed_cert.anchor.cert_pem\n}\n", "tls_self_signed_cert.anchor.cert_pem"},
		"variable":            {"l.tf", "set {\n  name = \"identityTrustAnchorsPEM\"\n  value = var.anchors\n}\nvariable \"anchors\" {\n  type = string\n}\n", "var.anchors"},
		"file that is absent": {"up.sh", "linkerd install --identity-trust-anchors-file ca.crt\n", "ca.crt"},
		"secret of CI":        {".github/workflows/up.yaml", "jobs:\n  up:\n    steps:\n    - run: helm upgrade l x --set identityTrustAnchorsPEM=\"${{ secrets.ANCHORS }}\"\n", "secrets.ANCHORS"},
		"next flag":           {"up.sh", "linkerd install --identity-trust-anchors-file ca.crt --identity-issuer-certificate-file issuer.crt\n", "from ca.crt, which"},
		"next line":           {"up.sh", "helm upgrade l --set-file identityTrustAnchorsPEM=<(kubectl get secret x) \\\n  linkerd/linkerd-control-plane\n", "kubectl get secret x, which"},
		"template":            {"v.yaml.tpl", "identityTrustAnchorsPEM: |\n  ${indent(2, ca)}\n", "indent"},
		"vault":               {"up.sh", "helm upgrade l x --set identityTrustAnchorsPEM=\"$(vault kv get -field=ca kv/linkerd)\"\n", "vault"},
		"comment":             {"up.sh", "# helm upgrade l x --set-file identityTrustAnchorsPEM=ca.crt\n", ""},
		"output":              {"l.tf", "output \"x\" {\n  value = 1\n}\n", ""},
		"reading":             {"check.sh", "kubectl get cm linkerd-identity-trust-roots -o yaml\n", ""},
	} {
		said := ""
		for _, f := range look(t, tree{tt.file: tt.text}, false).Findings {
			if f.Code == problem.SurveyBundleUnread.Code {
				said += f.Text
			}
		}
		if (said != "") != (tt.says != "") || !strings.Contains(said, tt.says) {
			t.Errorf("%s: %q, want %q", name, said, tt.says)
		}
	}
}

// TestOtherSettingsInPrograms: settings that the state says otherwise are found on
// command lines, in Terraform, in what generators fill in and in files beside an
// Application; the state's own are no finding.
func TestOtherSettingsInPrograms(t *testing.T) {
	const set = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: s}\nspec:\n  generators:\n  - matrix: {generators: [{list: {elements: [{ext: \"VALUE\"}]}}]}\n  template:\n    spec: {source: {helm: {parameters: [{name: identity.externalCA, value: \"{{ .ext }}\"}]}}}\n"
	for name, tt := range map[string]struct{ file, text string }{
		"shell":              {"up.sh", "helm upgrade l x --set a=b,identity.externalCA=VALUE\n"},
		"shell, quoted":      {"up.sh", "helm upgrade l x --set \"identity.externalCA=VALUE\" \\\n  --wait\n"},
		"umbrella":           {"Makefile", "up:\n\thelm upgrade l x --set mesh.identity.externalCA=VALUE\n"},
		"GitHub":             {".github/workflows/up.yml", "jobs: {up: {steps: [{run: 'helm upgrade l x --set identity.externalCA=VALUE'}]}}\n"},
		"GitLab":             {".gitlab-ci.yml", "up:\n  script:\n  - helm upgrade l x --set identity.externalCA=VALUE\n"},
		"Terraform":          {"l.tf", "set {\n  name  = \"identity.externalCA\"\n  value = \"VALUE\"\n}\n"},
		"Terraform, a list":  {"l.tf", "set = [{ name = \"identity.externalCA\", value = VALUE }]\n"},
		"generator":          {"set.yaml", set},
		"argocd app set":     {"l/.argocd-source-linkerd.yaml", "helm:\n  parameters:\n  - {name: identity.externalCA, value: \"VALUE\"}\n"},
		"map of a plugin":    {"a.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: l}\nspec: {source: {plugin: {parameters: [{name: p, map: {identity.externalCA: \"VALUE\"}}]}}}\n"},
		"Flux' substitution": {"a.yaml", "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: l}\nspec: {path: ./x, postBuild: {substitute: {ext: \"VALUE\"}}}\n---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: l}\nspec: {values: {identity: {externalCA: \"${ext:=false}\"}}}\n"},
	} {
		for value, want := range map[string]bool{"true": true, "false": false} {
			found := errorsOf(t, tree{tt.file: strings.ReplaceAll(tt.text, "VALUE", value)})[tt.file]
			if has := slices.Contains(found, problem.SurveyShadowedSetting.Code); has != want {
				t.Errorf("%s, %s: %v", name, value, found)
			}
		}
	}
	for _, line := range []string{"linkerd install --identity-external-ca | kubectl apply -f -", "linkerd install --identity-trust-domain=example.org", "linkerd upgrade --identity-trust-domain example.org"} {
		if found := errorsOf(t, tree{"up.sh": line + "\n"})["up.sh"]; !slices.Contains(found, problem.SurveyShadowedSetting.Code) {
			t.Errorf("%s: %v", line, found)
		}
	}
}

// TestInjectedByHand: pods that were injected by hand keep the bundle that their
// manifest has.
func TestInjectedByHand(t *testing.T) {
	for _, c := range []struct {
		anchor string
		errors int
	}{{"anchor-2025.crt", 1}, {"anchor-2026.crt", 0}} {
		_, quoted, _, _ := spellings(t, c.anchor)
		env := "{spec: {containers: [{name: linkerd-proxy, env: [{name: LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS, value: " + quoted + "}]}]}}"
		for _, text := range []string{
			"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: " + env + "}\n",
			"apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: web}\nspec: {jobTemplate: {spec: {template: " + env + "}}}\n",
			"apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {initContainers: [{env: [{name: LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS, value: " + quoted + "}]}]}}\n",
		} {
			if found := errorsOf(t, tree{"a.yaml": text})["a.yaml"]; len(found) != c.errors {
				t.Errorf("%s: %v in %.60s", c.anchor, found, text)
			}
		}
	}
}

// TestProgramsAreBounded: names that lead in circles, and a program of nothing but
// settings, end.
func TestProgramsAreBounded(t *testing.T) {
	circles := strings.Repeat("a = b\nb = a\n", 20_000) + strings.Repeat("helm --set identityTrustAnchorsPEM=$a\n", 5_000)
	found := look(t, tree{"up.sh": circles, "more.sh": circles}, false).Findings
	if unread := len(found); unread == 0 || unread > 2*maxScripted {
		t.Errorf("%d findings", unread)
	}
}
