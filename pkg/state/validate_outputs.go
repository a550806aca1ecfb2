package state

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// outputFields: every field of an output beside kind and path, the kinds that
// it belongs to, and the rule of its text.
var outputFields = []struct {
	key   string
	get   func(o Output) string
	kinds []string
	ok    rule
}{
	{"chart", func(o Output) string { return o.Chart }, []string{OutputValues, OutputHelmValues, OutputChart}, oneLine},
	{"repo", func(o Output) string { return o.Repo }, []string{OutputChart}, oneLine},
	{"version", func(o Output) string { return o.Version }, []string{OutputChart}, oneLine},
	{"digest", func(o Output) string { return o.Digest }, []string{OutputChart}, chartDigest},
	{"engine", func(o Output) string { return o.Engine }, []string{OutputChart}, oneOf(Engines)},
	{"release", func(o Output) string { return o.Release }, []string{OutputChart}, dnsLabel},
	{"valuesFiles", func(o Output) string { return strings.Join(o.ValuesFiles, " ") }, []string{OutputChart}, anyText},
	{"name", func(o Output) string { return o.Name }, []string{OutputHelmValues}, dnsSubdomain},
	{"namespace", func(o Output) string { return o.Namespace }, []string{OutputHelmValues, OutputChart}, dnsLabel},
	{"object", func(o Output) string { return o.Object }, []string{OutputHelmValues}, oneOf(Objects)},
	{"for", func(o Output) string { return o.For }, []string{OutputComponent}, ownablePath},
	{"select", func(o Output) string { return o.Select }, []string{OutputComponent}, selection},
	{"namespaceInject", func(o Output) string { return strings.Join(slices.Sorted(maps.Keys(o.NamespaceInject)), " ") }, []string{OutputEdit}, anyText},
	{"key", func(o Output) string { return o.Key }, []string{OutputHelmValues}, configKey},
}

func (f *findings) outputs(outputs []Output) {
	f.atMost(MaxOutputs, len(outputs), manifest.At("spec", "outputs"))
	taken := map[string]string{}
	for i, o := range outputs {
		item := manifest.At("spec", "outputs", i)
		f.add(oneOf(OutputKinds)(o.Kind), item.With("kind"))
		f.add(ownablePath(o.Path), item.With("path"))
		f.add(layout(o), item.With("layout"))
		if slices.Contains(OutputKinds, o.Kind) {
			f.outputFields(o, item)
		}
		if o.Kind == OutputEdit {
			f.add(glob(o.Path), item.With("path"))
			continue
		}
		f.takePath(taken, o.Path, item, "path")
		if o.HelmRelease != nil {
			f.takePath(taken, o.HelmRelease.Path, item, "helmRelease", "path")
		}
	}
}

// takePath keeps one path from being written twice.
func (f *findings) takePath(taken map[string]string, path string, item manifest.Path, steps ...any) {
	if other, twice := taken[path]; twice {
		f.add(problem.StatePathTwice.With(other), item.With(steps...))
		return
	}
	taken[path] = item.String()
}

// outputFields holds an output to the fields of its kind.
func (f *findings) outputFields(o Output, item manifest.Path) {
	for _, field := range outputFields {
		value := field.get(o)
		switch {
		case value == "":
		case !slices.Contains(field.kinds, o.Kind):
			f.add(foreignField(field.key, o.Kind, field.kinds), item.With(field.key))
		default:
			f.add(field.ok(value), item.With(field.key))
		}
	}
	if o.HelmRelease != nil {
		if o.Kind != OutputHelmValues {
			f.add(foreignField("helmRelease", o.Kind, []string{OutputHelmValues}), item.With("helmRelease"))
		}
		f.add(dnsSubdomain(o.HelmRelease.Name), item.With("helmRelease", "name"))
		f.add(ownablePath(o.HelmRelease.Path), item.With("helmRelease", "path"))
	}
	f.outputOfKind(o, item)
}

func foreignField(key, kind string, kinds []string) *problem.Problem {
	return problem.StateOutputField.With(key, kind, strings.Join(kinds, ", "))
}

// outputOfKind: what a kind needs, and rules that hold for one kind only.
func (f *findings) outputOfKind(o Output, item manifest.Path) {
	switch o.Kind {
	case OutputValues:
		f.add(optional(oneOf(Charts))(o.Chart), item.With("chart"))
	case OutputHelmValues:
		f.add(optional(oneOf(Charts))(o.Chart), item.With("chart"))
		if o.Name == "" {
			f.add(problem.StateOutputNeeds.With(o.Kind, "name"), item)
		}
		if linkerd.IsOwned(o.Name) {
			f.add(problem.StateOwnedName.With(shown(o.Name)), item.With("name"))
		}
	case OutputComponent:
		if o.For != "" && o.Select != "" {
			f.add(problem.StateOutputSelect.With("for and select exclude each other"), item)
		}
	case OutputChart:
		f.chartOutput(o, item)
	case OutputEdit:
		for _, namespace := range slices.Sorted(maps.Keys(o.NamespaceInject)) {
			at := item.With("namespaceInject", namespace)
			f.add(dnsLabel(namespace), at)
			f.add(oneOf(Injections)(o.NamespaceInject[namespace]), at)
		}
	}
}

// Injections are the values of the annotation linkerd.io/inject.
var Injections = []string{"enabled", "ingress", "disabled"}

func (f *findings) chartOutput(o Output, item manifest.Path) {
	for i, file := range o.ValuesFiles {
		f.add(relativePath(file), item.With("valuesFiles", i))
	}
	switch {
	case o.Chart == "":
		f.add(problem.StateOutputNeeds.With(o.Kind, "chart"), item)
	case o.ChartIsPath():
		f.add(relativePath(strings.TrimPrefix(o.Chart, "./")), item.With("chart"))
	case o.Digest == "":
		f.add(problem.StateOutputUnpinned.With(), item.With("chart"))
	}
}

// ChartIsPath tells a chart in the repository from one that comes over the network.
func (o Output) ChartIsPath() bool {
	return strings.HasPrefix(o.Chart, "./") || strings.HasPrefix(o.Chart, "../")
}

// The forms of a chart's digest and of a ConfigMap's key (Kubernetes: IsConfigMapKey).
var (
	chartDigestForm = lazy.New(`^sha256:[0-9a-f]{64}$`)
	configKeyForm   = lazy.New(`^[-._a-zA-Z0-9]+$`) // a bound of 253 in the form would cost every start 0.2 ms
)

// maxConfigKey is the longest key, in bytes.
const maxConfigKey = 253

func chartDigest(text string) *problem.Problem {
	if chartDigestForm.MatchString(text) {
		return nil
	}
	return problem.StateOutputDigest.With(shown(text))
}

// configKey is for the key of the values: the trust bundle is beside them, under the
// chart's own name for it.
func configKey(text string) *problem.Problem {
	if len(text) <= maxConfigKey && configKeyForm.MatchString(text) && text != linkerd.AnchorsValue &&
		!strings.HasPrefix(path.Clean(text), "..") && text != "." {
		return nil
	}
	return problem.StateOutputKey.With(shown(text))
}

func selection(text string) *problem.Problem {
	if labels, ok := strings.CutPrefix(text, "label="); text == SelectAll || text == "annotated" || ok && labels != "" {
		return oneLine(text)
	}
	return problem.StateOutputSelect.With(shown(text) + " is not one of all, annotated, label=SELECTOR")
}

// oneLine is for references that others judge.
func oneLine(text string) *problem.Problem {
	if strings.TrimSpace(text) == text && !strings.ContainsAny(text, "\r\n\t\x00") && !strings.HasPrefix(text, "-") {
		return nil
	}
	return problem.StateOutputText.With(shown(text))
}

// anyText is for fields that have rules of their own.
func anyText(string) *problem.Problem { return nil }

// layout keeps private keys out of files that live in Git.
func layout(o Output) *problem.Problem {
	switch {
	case o.Layout == "" || o.Kind == OutputValues && o.Layout == LayoutExternal:
		return nil
	case o.Kind != OutputValues:
		return problem.StateLayout.With("layout belongs to outputs of kind \"values\" only")
	case o.Layout == LayoutEmbedded:
		return problem.StateLayout.With("layout \"embedded\" would put the issuer's private key into a file owned in Git")
	}
	return oneOf(Layouts)(o.Layout)
}
