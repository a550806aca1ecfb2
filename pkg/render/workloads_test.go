package render_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// afterWave is a state whose first wave went out to everybody.
func afterWave(t testing.TB) *state.Rotation {
	t.Helper()
	s, _ := fixtureState(t, "../../fixtures/workloads/state.yaml")
	return s
}

func stampFiles(t testing.TB, in render.WorkloadsInput) render.WorkloadsOutput {
	t.Helper()
	out, err := render.StampWorkloads(in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func files(texts ...string) (fs []render.WorkloadFile) {
	for i, text := range texts {
		fs = append(fs, render.WorkloadFile{Name: fmt.Sprintf("%d.yaml", i), Text: []byte(text)})
	}
	return fs
}

// apiVersions of the kinds that workload makes.
var apiVersions = map[string]string{
	"Deployment": "apps/v1", "StatefulSet": "apps/v1", "DaemonSet": "apps/v1", "ReplicaSet": "apps/v1", "ReplicationController": "v1",
	"Job": "batch/v1", "CronJob": "batch/v1", "Rollout": "argoproj.io/v1alpha1", "DeploymentConfig": "apps.openshift.io/v1",
}

// workload is an object of a kind whose template carries these annotations and this spec.
func workload(kind, namespace, annotations, spec string) string {
	template := "metadata:\n" + indent(annotations, "  ") + "  labels: {a: b}\nspec:\n" + indent(spec, "  ") + "  x: y\n"
	switch kind {
	case "Pod":
	case "CronJob":
		template = "spec:\n  jobTemplate:\n    spec:\n      template:\n" + indent(template, "        ")
	default:
		template = "spec:\n  template:\n" + indent(template, "    ")
	}
	if kind == "Pod" {
		return "apiVersion: v1\nkind: Pod\n" + strings.Replace(template, "metadata:\n", "metadata:\n  name: w\n  namespace: "+namespace+"\n", 1)
	}
	return "apiVersion: " + apiVersions[kind] + "\nkind: " + kind + "\nmetadata:\n  name: w\n  namespace: " + namespace + "\n" + template
}

func indent(text, by string) string {
	if text == "" {
		return ""
	}
	return by + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+by) + "\n"
}

func inject(value string) string { return "annotations:\n  linkerd.io/inject: " + value + "\n" }

// only is the one line of the report.
func only(t testing.TB, out render.WorkloadsOutput) render.WorkloadLine {
	t.Helper()
	if len(out.Report.Workloads) != 1 {
		t.Fatalf("want one workload: %+v", out.Report)
	}
	return out.Report.Workloads[0]
}

func TestWorkloadKinds(t *testing.T) {
	for kind, want := range map[string]render.Fate{
		"Deployment": render.Restarts, "StatefulSet": render.Restarts, "DaemonSet": render.Restarts, "Rollout": render.Restarts,
		"DeploymentConfig": render.Restarts, "CronJob": render.Restarts,
		"Job": render.Immune, "Pod": render.Immune, "ReplicaSet": render.Immune, "ReplicationController": render.Immune,
	} {
		in := render.WorkloadsInput{State: afterWave(t), Files: files(workload(kind, "web", inject("enabled"), ""))}
		out := stampFiles(t, in)
		line := only(t, out)
		if line.Fate != want || (line.Why != "") != (want == render.Immune) {
			t.Errorf("%s: %+v", kind, line)
		}
		added := strings.Count(string(out.Files[0].Text), "\n") - strings.Count(string(in.Files[0].Text), "\n")
		if stamped := bytes.Contains(out.Files[0].Text, []byte("l5d-pki-render/rollout: "+afterWave(t).Status.Stamp)); stamped != (want == render.Restarts) || stamped && added != 1 {
			t.Errorf("%s: %d lines added:\n%s", kind, added, out.Files[0].Text)
		}
	}
	service := "apiVersion: v1\nkind: Service\nmetadata:\n  name: w\n  namespace: web\n  annotations:\n    linkerd.io/inject: enabled\n"
	out := stampFiles(t, render.WorkloadsInput{State: afterWave(t), Files: files(service), AllowNothing: true})
	if string(out.Files[0].Text) != service || only(t, out).Fate != render.Unmeshed {
		t.Errorf("a Service: %+v", out.Report)
	}
}

// TestInjectorRules holds every rule of the injector against every namespace.
func TestInjectorRules(t *testing.T) {
	const none, absent = "-", "?"
	for _, c := range []struct {
		namespace, pod, spec string
		want                 render.Fate
		why                  string
	}{
		{"enabled", none, "", render.Restarts, ""},
		{"ingress", none, "", render.Restarts, ""},
		{"enabled", "enabled", "", render.Restarts, ""},
		{"enabled", "ingress", "", render.Restarts, ""},
		{"enabled", "disabled", "", render.Unmeshed, `"disabled" in its template`},
		{"enabled", "true", "", render.Unmeshed, `"true" in its template`},
		{"disabled", "enabled", "", render.Restarts, ""},
		{"disabled", none, "", render.Unmeshed, "neither"},
		{none, "ingress", "", render.Restarts, ""},
		{none, none, "", render.Unmeshed, "neither"},
		{"yes", "enabled", "", render.Unmeshed, `"yes" at its namespace`},
		{"yes", none, "", render.Unmeshed, `"yes" at its namespace`},
		{absent, none, "", render.Unknown, `Namespace "web" is not in the input`},
		{absent, "enabled", "", render.Restarts, ""},
		{absent, "disabled", "", render.Unmeshed, "disabled"},
		{"enabled", none, "hostNetwork: true\n", render.Unmeshed, "hostNetwork"},
		{"enabled", none, "hostNetwork: false\n", render.Restarts, ""},
		{"enabled", none, "containers:\n- name: istio-proxy\n", render.Unmeshed, "another mesh"},
		{"enabled", none, "containers:\n- image: gcr.io/istio-release/proxyv2:1\n", render.Unmeshed, "another mesh"},
		{"enabled", none, "initContainers:\n- name: istio-init\n", render.Unmeshed, "another mesh"},
		{absent, none, "containers:\n- name: linkerd-proxy\n", render.Restarts, ""},
		{"enabled", none, "automountServiceAccountToken: false\n", render.Restarts, ""}, // 2.12 and later project a token
	} {
		pod := ""
		if c.pod != none {
			pod = inject(c.pod)
		}
		text := workload("Deployment", "web", pod, c.spec)
		switch c.namespace {
		case absent:
		case none:
			text += "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: web\n"
		default:
			text += "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: web\n  annotations: {linkerd.io/inject: " + `"` + c.namespace + `"` + "}\n"
		}
		out := stampFiles(t, render.WorkloadsInput{State: afterWave(t), Files: files(text), AllowNothing: true})
		if line := only(t, out); line.Fate != c.want || !strings.Contains(line.Why, c.why) {
			t.Errorf("namespace %s, pod %s, %q: %+v", c.namespace, c.pod, c.spec, line)
		}
		if changed := !bytes.Equal([]byte(text), out.Files[0].Text); changed != (c.want == render.Restarts) {
			t.Errorf("namespace %s, pod %s, %q: changed %v", c.namespace, c.pod, c.spec, changed)
		}
	}
}

// TestTokenOf211: before 2.12 a proxy without the pod's token has no identity.
func TestTokenOf211(t *testing.T) {
	s := afterWave(t)
	s.Spec.Linkerd.Version = "2.11"
	out := stampFiles(t, render.WorkloadsInput{State: s, AllowNothing: true, Files: files(workload("Deployment", "web", inject("enabled"), "automountServiceAccountToken: false\n"))})
	if line := only(t, out); line.Fate != render.Unmeshed || !strings.Contains(line.Why, "automount") {
		t.Errorf("%+v", line)
	}
}

func TestHeldBack(t *testing.T) {
	for _, c := range []struct {
		kind, spec string
		fate       render.Fate
	}{
		{"Deployment", "paused: true", render.HeldBack},
		{"StatefulSet", "updateStrategy: {type: OnDelete}", render.HeldBack},
		{"StatefulSet", "updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 2}}", render.HeldBack},
		{"StatefulSet", "updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 0}}", render.Restarts},
		{"DaemonSet", "updateStrategy: {rollingUpdate: {maxUnavailable: 1}}", render.Restarts},
		{"DeploymentConfig", "triggers: [{type: ImageChange}]", render.HeldBack},
		{"DeploymentConfig", "triggers: []", render.HeldBack},
		{"DeploymentConfig", "triggers: [{type: ImageChange}, {type: ConfigChange}]", render.Restarts},
		{"DeploymentConfig", "replicas: 1", render.Restarts},
		{"Rollout", "strategy: {canary: {steps: [{setWeight: 20}, {pause: {}}]}}", render.HeldBack},
		{"Rollout", "strategy: {canary: {steps: [{setWeight: 20}, {pause: {duration: 10m}}]}}", render.Restarts},
		{"Rollout", "strategy: {blueGreen: {autoPromotionEnabled: false}}", render.HeldBack},
		{"Rollout", "strategy: {blueGreen: {activeService: web}}", render.Restarts},
	} {
		text := strings.Replace(workload(c.kind, "web", inject("enabled"), ""), "spec:\n", "spec:\n  "+c.spec+"\n", 1)
		out := stampFiles(t, render.WorkloadsInput{State: afterWave(t), Files: files(text)})
		line := only(t, out)
		if line.Fate != c.fate || (line.Why != "") != (c.fate == render.HeldBack) || bytes.Equal(out.Files[0].Text, []byte(text)) {
			t.Errorf("%s with %s: %+v, want %s", c.kind, c.spec, line, c.fate)
		}
	}
	patch := "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: w\n  namespace: web\nspec:\n  replicas: 3\n"
	out := stampFiles(t, render.WorkloadsInput{State: afterWave(t), Files: files(patch), Inject: map[string]string{"web": "enabled"}})
	if line := only(t, out); line.Fate != render.Immune || string(out.Files[0].Text) != patch {
		t.Errorf("a patch: %+v", line)
	}
}

// TestControlPlaneIsNotStamped: it rolls by its own annotation.
func TestControlPlaneIsNotStamped(t *testing.T) {
	text := workload("Deployment", "linkerd", inject("enabled"), "containers:\n- name: linkerd-proxy\n")
	out := stampFiles(t, render.WorkloadsInput{State: afterWave(t), Files: files(text), AllowNothing: true})
	if string(out.Files[0].Text) != text || len(out.Report.Workloads) != 0 {
		t.Errorf("%+v", out.Report)
	}
}

// TestNamespacesOfOtherFiles: what one file says counts for all, in any order;
// the caller's word comes first; two files that differ are refused.
func TestNamespacesOfOtherFiles(t *testing.T) {
	const enabled = "kind: Namespace\napiVersion: v1\nmetadata:\n  name: web\n  annotations:\n    linkerd.io/inject: enabled\n"
	const silent = "kind: Namespace\napiVersion: v1\nmetadata:\n  name: web\n"
	list := "apiVersion: v1\nkind: List\nitems:\n- " + strings.ReplaceAll(strings.TrimSuffix(enabled, "\n"), "\n", "\n  ") + "\n"
	app := workload("Deployment", "web", "", "")
	nameless := strings.Replace(app, "  namespace: web\n", "", 1)
	for name, in := range map[string]render.WorkloadsInput{
		"after":          {Files: files(app, enabled)},
		"before":         {Files: files(enabled, app)},
		"list":           {Files: files(app, list)},
		"twice the same": {Files: files(enabled, app, enabled)},
		"flag":           {Files: files(app), Inject: map[string]string{"web": "ingress"}},
		"flag over file": {Files: files(app, silent), Inject: map[string]string{"web": "enabled"}},
		"flag settles":   {Files: files(app, silent, enabled), Inject: map[string]string{"web": "enabled"}},
		"no namespace":   {Files: files(nameless, enabled), Namespace: "web"},
	} {
		in.State = afterWave(t)
		if line := only(t, stampFiles(t, in)); line.Fate != render.Restarts {
			t.Errorf("%s: %+v", name, line)
		}
	}
	_, err := render.StampWorkloads(render.WorkloadsInput{State: afterWave(t), Files: files(app, silent, enabled)})
	wantCode(t, err, "workloads-two-minds")
	if p := problem.Of(err)[0]; p.File != "2.yaml" || !strings.Contains(p.Text, `"enabled" here and "" in 1.yaml`) {
		t.Error(p)
	}
}

// TestSplitWave: namespaces that are not done keep the stamp and the literal
// bundle of before.
func TestSplitWave(t *testing.T) {
	by := "containers:\n- name: linkerd-proxy\n  env:\n  - name: LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS\n    value: old\n"
	s := afterWave(t)
	s.Status.Wave = &state.Wave{Previous: "00000000deadbeef", Namespaces: []string{"done"}}
	before := strings.Replace(workload("Deployment", "later", inject("enabled"), by), "annotations:\n", "annotations:\n        l5d-pki-render/rollout: 00000000deadbeef\n", 1)
	out := stampFiles(t, render.WorkloadsInput{State: s, Files: files(workload("Deployment", "done", inject("enabled"), by), before)})
	if string(out.Files[1].Text) != before || out.Report.Workloads[1].Fate != render.Waits {
		t.Errorf("%+v\n%s", out.Report, out.Files[1].Text)
	}
	done := string(out.Files[0].Text)
	if !strings.Contains(done, s.Status.Stamp) || strings.Contains(done, "value: old") || !strings.Contains(done, "BEGIN CERTIFICATE") {
		t.Errorf("%s", done)
	}
	// A split first wave has no stamp of before.
	s.Status.Wave.Previous = ""
	in := render.WorkloadsInput{State: s, Files: files(workload("Deployment", "later", inject("enabled"), by))}
	if out := stampFiles(t, in); !bytes.Equal(out.Files[0].Text, in.Files[0].Text) {
		t.Errorf("%s", out.Files[0].Text)
	}
	s.Status.Wave = nil
	if out := stampFiles(t, render.WorkloadsInput{State: s, Files: files(before)}); out.Report.Changed == nil || only(t, out).Fate != render.Restarts {
		t.Errorf("%+v", out.Report)
	}
}

// TestFilesLeftAlone: what is no Kubernetes YAML passes, and is counted.
func TestFilesLeftAlone(t *testing.T) {
	app := workload("Deployment", "web", inject("enabled"), "")
	others := []string{
		"", "# only a comment\n", "replicas: 3\nimage: {tag: x}\n", "- a\n- b\n", "just text\n", "a: [\n", "\xff\xfe", "a\x00b",
		"{{- if .Values.x }}\n" + app + "{{- end }}\n",
		strings.Replace(app, "labels: {a: b}", "labels:\n        {{- include \"x\" . | nindent 8 }}", 1),
	}
	in := render.WorkloadsInput{State: afterWave(t), Files: append(files(others...), render.WorkloadFile{Name: "app.yaml", Text: []byte(app)})}
	out := stampFiles(t, in)
	for i, text := range others {
		if string(out.Files[i].Text) != text {
			t.Errorf("%q became %q", text, out.Files[i].Text)
		}
	}
	if r := out.Report; r.Templates != 2 || r.Foreign != 8 || len(r.Changed) != 1 || r.Files != 11 {
		t.Errorf("%+v", r)
	}
	// A broken manifest is no template: it is refused, together with all others.
	broken := strings.Replace(app, "labels: {a: b}", "labels: {a: b", 1)
	_, err := render.StampWorkloads(render.WorkloadsInput{State: afterWave(t), Files: files(broken, app, broken)})
	if problems := problem.Of(err); len(problems) != 2 || problems[0].File != "0.yaml" || problems[1].File != "2.yaml" {
		t.Errorf("%v", err)
	}
}

func TestStreamIsWholeOrRefused(t *testing.T) {
	app := workload("Deployment", "web", inject("enabled"), "")
	for text, code := range map[string]problem.Code{
		"": "render-empty-stream",
		"---\n# Source: x\n" + strings.TrimSuffix(app, "\n"): "render-cut-stream",
		app + "---\napiVersion: v1\nkind: Service\n":         "render-cut-document",
		app + "---\napiVersion: v1\nkind: \"Serv":            "manifest-not-yaml",
		strings.Replace(app, "{a: b}", "{{ x }}: {{", 1):     "manifest-not-yaml",
		workload("Deployment", "web", "", ""):                "workloads-nothing",
	} {
		_, err := render.StampWorkloads(render.WorkloadsInput{State: afterWave(t), Files: files(text), Stream: true})
		if problems := problem.Of(err); len(problems) != 1 || problems[0].Code != code {
			t.Errorf("%q: %v, want %s", text, err, code)
		}
	}
}

// TestSameAsPostRender: a stream gets the same stamps by both commands.
func TestSameAsPostRender(t *testing.T) {
	in := fixture(t, "workloads")
	want := mustRender(t, in).Stream
	stream := render.WorkloadsInput{State: in.State, Files: []render.WorkloadFile{{Name: "stdin", Text: in.Stream}}, Stream: true}
	sameBytes(t, "workloads", stampFiles(t, stream).Files[0].Text, want)
	stream.Files[0].Text = want
	out := stampFiles(t, stream)
	sameBytes(t, "twice", out.Files[0].Text, want)
	if len(out.Report.Changed) > 0 || out.Report.Counts[render.Restarts] > 0 {
		t.Errorf("%+v", out.Report)
	}
	// Before the first wave nothing is written.
	in.State.Status.Stamp = ""
	stream.Files[0].Text = in.Stream
	sameBytes(t, "no stamp", stampFiles(t, stream).Files[0].Text, in.Stream)
}

// TestWorkersDoNotShow: files worked on in any order give the same result.
func TestWorkersDoNotShow(t *testing.T) {
	var texts []string
	for i := range 40 {
		texts = append(texts, workload("Deployment", fmt.Sprintf("n%d", i%7), "", ""),
			fmt.Sprintf("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: n%d\n  annotations:\n    linkerd.io/inject: enabled\n", i%7))
	}
	in := render.WorkloadsInput{State: afterWave(t), Files: files(texts...)}
	want := stampFiles(t, in)
	in.Each = func(n int, do func(int)) {
		var all sync.WaitGroup
		for i := n - 1; i >= 0; i-- {
			all.Go(func() { do(i) })
		}
		all.Wait()
	}
	got := stampFiles(t, in)
	if string(got.Report.JSON()) != string(want.Report.JSON()) || got.Report.Text() != want.Report.Text() || got.Report.Counts[render.Restarts] != 40 {
		t.Errorf("%s\nwant\n%s", got.Report.Text(), want.Report.Text())
	}
	for i := range got.Files {
		sameBytes(t, got.Files[i].Name, got.Files[i].Text, want.Files[i].Text)
	}
}

// TestMisplacedInject: the annotation on a workload itself is named, for whoever
// wrote it there believes that the workload is meshed.
func TestMisplacedInject(t *testing.T) {
	text := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w, namespace: web, annotations: {linkerd.io/inject: enabled}}\nspec: {template: {spec: {containers: []}}}\n"
	for namespace, want := range map[string]render.Fate{"": render.Unknown, "disabled": render.Unmeshed, "enabled": render.Restarts} {
		in := render.WorkloadsInput{State: afterWave(t), Files: files(text), AllowNothing: true}
		if namespace != "" {
			in.Inject = map[string]string{"web": namespace}
		}
		line := only(t, stampFiles(t, in))
		if line.Fate != want || strings.Contains(line.Why, "on the Deployment itself") != (want != render.Restarts) {
			t.Errorf("namespace %q: %+v, want %s", namespace, line, want)
		}
	}
}

// TestOtherEncodings: a file of objects that is not UTF-8 is refused, for its
// workloads would miss the wave; what holds no object may be anything.
func TestOtherEncodings(t *testing.T) {
	plain := workload("Deployment", "web", inject("enabled"), "") + "# café\n"
	wide := func(bom string, at int) string {
		out := []byte(bom)
		for _, c := range []byte(strings.ReplaceAll(plain, "é", "e")) {
			pair := []byte{0, 0}
			pair[at] = c
			out = append(out, pair...)
		}
		return string(out)
	}
	for name, c := range map[string]struct {
		text    string
		refused bool
	}{
		"UTF-8":             {plain, false},
		"UTF-16, marked":    {wide("\xff\xfe", 0), true},
		"UTF-16, big":       {wide("\xfe\xff", 1), true},
		"UTF-16, unmarked":  {wide("", 0), true},
		"Latin-1":           {strings.ReplaceAll(plain, "é", "\xe9"), true},
		"a NUL at the end":  {plain + "\x00", true},
		"a picture":         {"\x89PNG\r\n\x1a\n\x00\x00", false},
		"values in Latin-1": {"motd: caf\xe9\n", false},
	} {
		_, err := render.StampWorkloads(render.WorkloadsInput{State: afterWave(t), Files: files(c.text), AllowNothing: true})
		if refused := err != nil && problem.Of(err)[0].Code == problem.NotUTF8.Code; refused != c.refused {
			t.Errorf("%s: %v, want refused: %v", name, err, c.refused)
		}
	}
}
