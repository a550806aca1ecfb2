package render

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// object is one Kubernetes object of the stream that a target or a literal
// might concern: parsed, with its place.
type object struct {
	doc  int           // index of its document in the stream
	at   manifest.Path // place inside the document: empty, or items[i] of a List
	node *manifest.Node

	kind, namespace, name string
	// hook: a copy that Helm 4 sends along with the release's own objects.
	hook bool
}

// String names the object in reports and errors.
func (o object) String() string {
	name := o.name
	if o.namespace != "" {
		name = o.namespace + "/" + o.name
	}
	return oneLine(o.kind + " " + name) // whatever it is called
}

// path is a place inside the object as a place inside its document.
func (o object) path(steps ...any) manifest.Path {
	return append(append(manifest.Path{}, o.at...), manifest.At(steps...)...)
}

// get finds a place inside the object; nil when there is none.
func (o object) get(steps ...any) *manifest.Node { return o.node.Lookup(manifest.At(steps...)) }

// workloadTemplate is where a kind keeps its pod template.
var workloadTemplate = map[string][]any{
	"Deployment":            {"spec", "template"},
	"StatefulSet":           {"spec", "template"},
	"DaemonSet":             {"spec", "template"},
	"ReplicaSet":            {"spec", "template"},
	"ReplicationController": {"spec", "template"},
	"Job":                   {"spec", "template"},
	"Rollout":               {"spec", "template"},
	"DeploymentConfig":      {"spec", "template"},
	"CronJob":               {"spec", "jobTemplate", "spec", "template"},
	"Pod":                   {},
}

// Names that a workload's document must hold, as text, to concern us.
var (
	proxyAnchorsEnv    = "LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS"
	identityAnchorsEnv = "LINKERD2_IDENTITY_TRUST_ANCHORS"
	injectAnnotation   = linkerd.Inject
)

// candidate reports whether a document may hold a target or a literal bundle.
// It reads the text only: most documents of a large stream end here.
func (p *plan) candidate(d manifest.Document) bool {
	head, sure := d.Head()
	if !sure {
		return true
	}
	// One of another API group is parsed too, for the report to name it.
	return head.Kind != "" && p.concerns(d, head)
}

// kindOf is the kind of an object, as linkerd.KindOf names it: an object of another API
// group is no target and no workload. For the custody's own objects the group is that of
// what it writes.
func (p *plan) kindOf(head manifest.Head) string {
	if group, own := p.standInGroups[head.Kind]; own && head.APIVersion != "" && groupOf(head.APIVersion) != group {
		return linkerd.OtherKind(head.APIVersion, head.Kind)
	}
	return linkerd.KindOf(head.APIVersion, head.Kind)
}

func groupOf(apiVersion string) string {
	group, _, grouped := strings.Cut(apiVersion, "/")
	if !grouped {
		return ""
	}
	return group
}

// read parses the candidates of the stream and collects their objects. The last
// document is always parsed: a stream that was cut ends inside it.
func (p *plan) read() {
	for i, d := range p.docs {
		p.checkGlued(d)
		last := i == p.lastFilled
		if !last && !p.candidate(d) {
			p.noteGroups(d)
			continue
		}
		root, err := d.Parse()
		if err != nil {
			p.fail(cutOrBroken(last, err))
			continue
		}
		p.checkReadings(d, root)
		p.noteGroups(d)
		p.collect(i, nil, root)
		if last {
			p.checkEnd(root)
		}
	}
}

// cutOrBroken adds to the error of the stream's last document what most often
// is the cause.
func cutOrBroken(last bool, err error) error {
	if !last {
		return err
	}
	problems := problem.Of(err)
	problems[0].Hint("it is the last document: was the stream cut? run the program that makes it with `set -o pipefail`")
	return problems.Err()
}

// collect adds the object at root, or the items of a list: of any object that has
// some, as kubectl, Helm and Argo CD read it.
func (p *plan) collect(doc int, at manifest.Path, root *manifest.Node) {
	p.collectAs(root.Head(), doc, at, root)
}

// collectAs is collect for an object whose head is known: an item may have it from its list.
func (p *plan) collectAs(head manifest.Head, doc int, at manifest.Path, root *manifest.Node) {
	if root == nil || root.Kind() != manifest.Mapping {
		return
	}
	if items := root.Get("items"); items != nil && items.Kind() == manifest.Sequence {
		p.checkKind(head, doc, at, root)
		for i, item := range items.Items() {
			place := append(append(manifest.Path{}, at...), manifest.At("items", i)...)
			if p.checkKind(head, doc, place, item) {
				p.collectAs(item.ItemHead(head), doc, place, item)
			}
		}
		return
	}
	o := object{doc: doc, at: at, node: root, kind: p.kindOf(head)}
	o.name = o.get("metadata", "name").Value()
	if !clusterScoped[o.kind] {
		o.namespace = o.get("metadata", "namespace").Value()
	}
	o.hook = o.get("metadata", "annotations", hookAnnotation).Value() != ""
	p.checkNames(o, head.Kind)
	if _, named := p.targets[targetKey{head.Kind, o.name}]; named && o.kind != head.Kind {
		p.report.add(o.String(), "", Left, "another API group's object")
	}
	p.objects = append(p.objects, o)
}

// noteGroups marks the groups that a document's text belongs to.
func (p *plan) noteGroups(d manifest.Document) {
	for group, label := range extensionLabel {
		if !p.groups[group] && bytes.Contains(d.Text, []byte(label)) {
			p.groups[group] = true
		}
	}
	if !p.groups[Workloads] && bytes.Contains(d.Text, []byte(injectAnnotation)) {
		if head, sure := d.Head(); sure {
			_, p.groups[Workloads] = workloadTemplate[p.kindOf(head)]
		}
	}
}

// checkEnd refuses a stream whose last document is no whole object.
func (p *plan) checkEnd(root *manifest.Node) {
	d := p.docs[p.lastFilled]
	if root == nil {
		return
	}
	for _, field := range []string{"apiVersion", "kind"} {
		if root.Get(field).Value() == "" {
			p.fail(problem.RenderCutDocument.With(d.Number, field).At(d.Line, 0))
			return
		}
	}
	if root.Get("items") == nil && root.Lookup(manifest.At("metadata", "name")).Value() == "" &&
		root.Lookup(manifest.At("metadata", "generateName")).Value() == "" {
		p.fail(problem.RenderCutDocument.With(d.Number, "metadata.name").At(d.Line, 0))
	}
}

func itoa(i int) string { return strconv.Itoa(i) }
