package render_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// ofGroup gives the documents of some kind another apiVersion.
func ofGroup(stream []byte, kind, apiVersion string) []byte {
	docs := strings.Split(string(stream), "\n---")
	for i, d := range docs {
		if regexp.MustCompile(`(?m)^kind: ` + kind + `\s*$`).MatchString(d) {
			docs[i] = regexp.MustCompile(`(?m)^apiVersion: .*$`).ReplaceAllLiteralString(d, "apiVersion: "+apiVersion)
		}
	}
	return []byte(strings.Join(docs, "\n---"))
}

// TestOtherGroup: an object of another API group or version is another object, whatever its
// kind and name: it stays as it is, and the one that is missing is reported as missing.
func TestOtherGroup(t *testing.T) {
	in := fixture(t, "control-plane-2-13")
	whole := in.Stream
	for _, apiVersion := range []string{"example.com/v1", "v2", "V1", `"v1 "`, "apps/v1x", "example.com/apps/v1"} {
		for _, kind := range []string{"ConfigMap", "Deployment", "Secret"} {
			in.Stream = ofGroup(whole, kind, apiVersion)
			_, err := render.PostRender(in)
			wantCode(t, err, problem.RenderMissingTarget.Code)
		}
		for _, kind := range []string{"CronJob", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"} {
			in.Stream = ofGroup(whole, kind, apiVersion)
			if bytes.Equal(in.Stream, whole) {
				t.Fatalf("no %s in the fixture", kind)
			}
			for _, l := range mustRender(t, in).Report.Lines {
				if strings.Contains(l.Object, kind) && (l.Outcome != render.Left || !strings.Contains(l.Object, " "+kind)) {
					t.Errorf("%s of %s: %+v", kind, apiVersion, l)
				}
			}
		}
	}
}

// TestOtherGroupKeys: no private key goes into an object that is not Kubernetes' Secret,
// alone in a stream, in a list, or beside the right one.
func TestOtherGroupKeys(t *testing.T) {
	in := fixture(t, "control-plane-2-13")
	in.AllowNothing = true
	const body = "  name: linkerd-identity-issuer\n  namespace: linkerd\ndata:\n  crt.pem: \"\"\n  key.pem: \"\"\n"
	list := func(head, item string) string {
		return head + "\nitems:\n- " + strings.ReplaceAll(strings.TrimSuffix(item+"metadata:\n"+body, "\n"), "\n", "\n  ") + "\n"
	}
	for name, foreign := range map[string]string{
		"alone":         "apiVersion: example.com/v1\nkind: Secret\nmetadata:\n" + body,
		"in a list":     list("apiVersion: v1\nkind: List", "apiVersion: example.com/v1\nkind: Secret\n"),
		"in its list":   list("apiVersion: example.com/v1\nkind: SecretList", ""),
		"as JSON":       `{"apiVersion": "example.com/v1", "kind": "Secret", "metadata": {"name": "linkerd-identity-issuer", "namespace": "linkerd"}, "data": {"crt.pem": "", "key.pem": ""}}` + "\n",
		"in capitals":   "APIVersion: v1\napiVersion: example.com/v1\nkind: Secret\nmetadata:\n" + body,
		"as an alias":   "x: &v example.com/v1\napiVersion: *v\nkind: Secret\nmetadata:\n" + body,
		"other version": "apiVersion: v1beta1\nkind: Secret\nmetadata:\n" + body,
	} {
		in.Stream = []byte(foreign)
		out := mustRender(t, in)
		sameBytes(t, name, out.Stream, []byte(foreign))
		if lines := out.Report.Lines; len(lines) != 1 || lines[0].Outcome != render.Left {
			t.Errorf("%s: not named: %+v", name, lines)
		}
		whole := fixture(t, "control-plane-2-13").Stream
		in.Stream = append([]byte(foreign+"---\n"), whole...)
		beside := mustRender(t, in).Stream
		in.Stream = whole
		sameBytes(t, name+", beside the right one", beside, append([]byte(foreign+"---\n"), mustRender(t, in).Stream...))
	}
	// Two readings: one of them is ours.
	in.Stream = []byte("apiVersion: v1\napiVersion: example.com/v1\nkind: Secret\nmetadata:\n" + body)
	_, err := render.PostRender(in)
	wantCode(t, err, problem.KeyTwice.Code)
	// A key in another kind of Secret is no Secret's.
	err = render.CheckKeyless([]byte("apiVersion: example.com/v1\nkind: Secret\nmetadata:\n  name: x\nstringData:\n  key: |\n    "+
		strings.ReplaceAll(string(keyOf(t, in)), "\n", "\n    ")+"\n"), true)
	wantCode(t, err, problem.RenderKeyLeft.Code)
}

// keyOf is one private key of an input.
func keyOf(t *testing.T, in render.Input) []byte {
	t.Helper()
	for _, key := range in.Keys {
		return key.PEM
	}
	t.Fatal("no keys")
	return nil
}

// TestOtherGroupStandIns: what a custody puts in a Secret's place does not take the place
// of another API group's object.
func TestOtherGroupStandIns(t *testing.T) {
	in := fixture(t, "control-plane-2-13")
	in.Keys, in.Apart = nil, sealedAs(t, in, "one")
	foreign := "---\napiVersion: example.com/v1\nkind: SealedSecret\nmetadata:\n  name: linkerd-identity-issuer\n  namespace: linkerd\nspec: {}\n"
	want := foreign + string(mustRender(t, in).Stream)
	in.Stream = append([]byte(foreign), in.Stream...)
	once := mustRender(t, in).Stream
	sameBytes(t, "beside", once, []byte(want))
	in.Stream = once
	sameBytes(t, "again", mustRender(t, in).Stream, once)
	in.Apart = sealedAs(t, in, "two")
	sameBytes(t, "of the next phase", mustRender(t, in).Stream[:len(foreign)], []byte(foreign))
}

// TestOtherGroupWorkloads: they get no stamp and no bundle, and namespaces of another group
// inject nobody; those that ask for a proxy are named.
func TestOtherGroupWorkloads(t *testing.T) {
	other := func(text string) string {
		return regexp.MustCompile(`(?m)^apiVersion: .*$`).ReplaceAllString(text, "apiVersion: example.com/v1")
	}
	const env = "containers:\n- name: linkerd-proxy\n  env:\n  - {name: LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS, value: old}\n"
	for kind := range apiVersions {
		asks := other(workload(kind, "shop", "annotations: {linkerd.io/inject: enabled}\n", env))
		out := stampFiles(t, render.WorkloadsInput{State: afterWave(t), Files: files(asks), AllowNothing: true})
		if string(out.Files[0].Text) != asks || len(out.Report.Workloads) != 1 || out.Report.Workloads[0].Fate != render.Immune {
			t.Errorf("%s: %+v in %s", kind, out.Report.Workloads, out.Files[0].Text)
		}
		stream := asks + "---\n" + workload("Deployment", "shop", "annotations: {linkerd.io/inject: enabled}\n", env)
		rendered := mustRender(t, render.Input{State: afterWave(t), Stream: []byte(stream)})
		if !bytes.HasPrefix(rendered.Stream, []byte(asks)) || bytes.Equal(rendered.Stream, []byte(stream)) {
			t.Errorf("%s: post-render wrote %s", kind, rendered.Stream)
		}
	}
	files := files("apiVersion: example.com/v1\nkind: Namespace\nmetadata: {name: shop, annotations: {linkerd.io/inject: enabled}}\n---\n" +
		workload("Deployment", "shop", "annotations: {a: b}\n", "containers: []\n"))
	out := stampFiles(t, render.WorkloadsInput{State: afterWave(t), Files: files, AllowNothing: true})
	if !bytes.Equal(out.Files[0].Text, files[0].Text) {
		t.Errorf("a Namespace of another group injects: %s", out.Files[0].Text)
	}
}

// TestOtherGroupAdopted: `init` takes nothing from them.
func TestOtherGroupAdopted(t *testing.T) {
	in := fixture(t, "control-plane-2-13")
	in.Stream, in.Keys = ofGroup(in.Stream, "Secret", "example.com/v1"), nil
	_, adopted, err := render.Adopt(render.AdoptInput{Name: "x", Stream: render.Source{Name: "s", Data: in.Stream}})
	if err != nil || len(adopted.Missing) == 0 {
		t.Errorf("missing %v: %v", adopted.Missing, err)
	}
	_, _, err = render.Adopt(render.AdoptInput{Name: "x", Stream: render.Source{Name: "s", Data: ofGroup(in.Stream, "ConfigMap", "example.com/v1")}})
	wantCode(t, err, problem.AdoptNoConfig.Code)
}

// TestSpelledVersion: an apiVersion that Kubernetes reads as the one of an object of ours makes it that object,
// alone, beside the right one and in lists.
func TestSpelledVersion(t *testing.T) {
	in := fixture(t, "control-plane-2-13")
	whole := in.Stream
	want := mustRender(t, in).Stream
	const roots = "kind: ConfigMap\nmetadata:\n  name: linkerd-identity-trust-roots\n  namespace: linkerd\ndata:\n  ca-bundle.crt: other\n"
	item := strings.ReplaceAll(strings.TrimSuffix(roots, "\n"), "\n", "\n  ")
	for of, spelled := range map[string][]string{
		"ConfigMap": {"/v1", `"/v1"`, "'/v1'", "/"}, "Secret": {"/v1", "/"}, "Deployment": {"apps/", "/", "extensions/"}, "CronJob": {"batch/"},
	} {
		for _, apiVersion := range spelled {
			in.Stream = ofGroup(whole, of, apiVersion)
			if bytes.Equal(in.Stream, whole) {
				t.Fatalf("no %s in the fixture", of)
			}
			sameBytes(t, of+" of "+apiVersion, mustRender(t, in).Stream, ofGroup(want, of, apiVersion))
		}
	}
	for _, apiVersion := range []string{"/v1", `"/v1"`, "'/v1'", `"\x2fv1"`, "&v /v1", "!!str /v1"} {
		for place, beside := range map[string]string{
			"document":          "apiVersion: " + apiVersion + "\n" + roots,
			"JSON":              `{"apiVersion": "/v1", "kind": "ConfigMap", "metadata": {"name": "linkerd-identity-trust-roots", "namespace": "linkerd"}, "data": {}}` + "\n",
			"list":              "apiVersion: v1\nkind: List\nitems:\n- apiVersion: " + apiVersion + "\n  " + item + "\n",
			"list of it":        "apiVersion: " + apiVersion + "\nkind: List\nitems:\n- apiVersion: v1\n  " + item + "\n",
			"list of its kind":  "apiVersion: " + apiVersion + "\nkind: ConfigMapList\nitems:\n- " + strings.TrimPrefix(item, "kind: ConfigMap\n  ") + "\n",
			"list in some kind": "apiVersion: example.com/v1\nkind: Some\nitems:\n- apiVersion: " + apiVersion + "\n  " + item + "\n",
		} {
			for _, stream := range []string{beside + "---\n" + string(whole), string(whole) + "---\n" + beside} {
				in.Stream = []byte(stream)
				_, err := render.PostRender(in)
				if err == nil {
					t.Errorf("%s of %s passes beside the right one", place, apiVersion)
					continue
				}
				wantCode(t, err, problem.RenderDoubledTarget.Code)
			}
		}
	}
}
