package render

import (
	"cmp"
	"sort"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// plan is the work on one stream: what stands in it, what shall change.
type plan struct {
	*Material
	docs         []manifest.Document
	lastFilled   int // index of the last document that is more than comments; -1 if none
	objects      []object
	targets      map[targetKey]target
	groups       map[Group]bool
	config       chartConfig
	edits        map[int][]manifest.Edit // by document
	stampings    map[int][]stamping      // by document
	inject       map[string]string       // linkerd.io/inject by namespace, where the stream says
	secretsApart bool                    // Input.SecretsApart
	annotate     bool                    // Input.Annotate
	keyless      bool                    // Input.Keyless
	comparing    bool                    // Input.compare
	apart        Apart                   // Input.Apart
	standsIn     map[targetKey]SecretID  // the custody's own objects, and the Secret that each is for
	// standInGroups are the API groups of those objects, by kind.
	standInGroups map[string]string
	replaced      map[int][]byte // documents that give way to others; to nothing, if nil
	leftOut       []string       // Secrets that nothing stands in the place of
	// webhookEdited by values key: that webhook's Secret or caBundle was edited.
	webhookEdited map[string]bool
	report        Report
	problems      problem.List
}

func newPlan(m *Material, docs []manifest.Document) *plan {
	p := &plan{Material: m, docs: docs, lastFilled: -1,
		groups: map[Group]bool{}, edits: map[int][]manifest.Edit{}, stampings: map[int][]stamping{}, inject: map[string]string{},
		webhookEdited: map[string]bool{},
		standsIn:      map[targetKey]SecretID{}, standInGroups: map[string]string{}, replaced: map[int][]byte{}}
	p.targets = m.targets()
	p.report = Report{Phase: m.Phase.Name, Epoch: m.State.Status.Epoch, Documents: len(docs)}
	for i := len(docs) - 1; i >= 0 && p.lastFilled < 0; i-- {
		if head, sure := docs[i].Head(); !sure || head.Kind != "" {
			p.lastFilled = i
		}
	}
	return p
}

// fail keeps a problem; the plan goes on, so that all are reported together.
func (p *plan) fail(err error) { p.problems.Add(err) }

// run reads the stream and plans every edit; the problems it met are in p.problems.
func (p *plan) run() {
	p.standInKinds()
	p.readNamespaces()
	p.read()
	if len(p.problems) > 0 {
		return
	}
	p.refuseForeign()
	p.refuseForeignIssuers()
	found := p.match()
	p.readConfig(found)
	p.refuseForeignNames()
	p.checkPresence(found)
	if len(p.problems) > 0 {
		return
	}
	for _, f := range found {
		if f.target.edit != nil {
			f.target.edit(p, f.object)
		}
	}
	p.literals()
	p.refuseImmutable(found)
	p.stamps()
	p.checksums(found)
	p.noteForeignWebhooks()
}

// finding is an object of the stream that a target names.
type finding struct {
	object object
	target target
}

// match pairs objects with targets, in the order of the stream.
func (p *plan) match() []finding {
	var found []finding
	for _, o := range p.objects {
		t, ok := p.targets[targetKey{o.kind, o.name}]
		if !ok {
			continue
		}
		if own := p.namespace(t.group); !clusterScoped[o.kind] {
			o.namespace = cmp.Or(o.namespace, own) // helm template leaves it to --namespace
			if o.namespace != own {
				continue
			}
		}
		p.groups[t.group] = true
		found = append(found, finding{o, t})
	}
	return found
}

// checkPresence refuses targets that stand twice and required ones that are
// missing. A Helm hook's copy counts for neither.
func (p *plan) checkPresence(found []finding) {
	first := map[targetKey]object{}
	for _, f := range found {
		if f.object.hook {
			continue
		}
		key := targetKey{f.object.kind, f.object.name}
		if before, twice := first[key]; twice {
			p.fail(problem.RenderDoubledTarget.With(p.docs[before.doc].Number, p.docs[f.object.doc].Number).
				On(f.object.String()).At(p.docs[f.object.doc].Line, 0))
			continue
		}
		first[key] = f.object
	}
	if !p.controlPlaneHere(first) {
		return
	}
	if _, here := first[trustRootsTarget]; p.annotate && !here && !p.needsTrustRoots() {
		p.fail(problem.RenderNoAnnotate.With(trustRootsName))
	}
	for _, key := range sortedKeys(p.targets) {
		t := p.targets[key]
		if _, here := first[key]; here || t.required == nil || !t.required(p) {
			continue
		}
		o := object{kind: key.kind, name: key.name, namespace: p.namespace(t.group)}
		p.fail(problem.RenderMissingTarget.With(o.String()).Hint("%s", t.missingHint))
	}
}

// controlPlaneHere: a control plane is recognised by its configuration or its
// identity Deployment (design section 6).
func (p *plan) controlPlaneHere(first map[targetKey]object) bool {
	_, config := first[configKey]
	_, identity := first[targetKey{"Deployment", linkerd.DeploymentIdentity}]
	return config || identity
}

func sortedKeys(targets map[targetKey]target) []targetKey {
	keys := make([]targetKey, 0, len(targets))
	for k := range targets {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		if keys[i].kind != keys[j].kind {
			return keys[i].kind < keys[j].kind
		}
		return keys[i].name < keys[j].name
	})
	return keys
}

// set plans that a scalar of o gets the value; the same value is no edit.
// what names the new value in the report.
func (p *plan) set(o object, path manifest.Path, node *manifest.Node, value, what string) bool {
	field := path[len(o.at):].String()
	if node.Value() == value {
		p.report.add(o.String(), field, Right, what)
		return false
	}
	p.edits[o.doc] = append(p.edits[o.doc], manifest.Set(path, value))
	p.report.add(o.String(), field, Changed, what)
	return true
}

// setRequired is set for a field that the object must have.
func (p *plan) setRequired(o object, value, what string, steps ...any) bool {
	node := o.get(steps...)
	if node == nil || node.Kind() != manifest.Scalar {
		p.fail(problem.RenderMissingField.With(manifest.At(steps...).String()).On(o.String()).At(p.docs[o.doc].Line, 0))
		return false
	}
	return p.set(o, o.path(steps...), node, value, what)
}

// setPresent is set for a field that is edited only where it stands.
func (p *plan) setPresent(o object, value, what string, steps ...any) bool {
	node := o.get(steps...)
	if node == nil || node.Kind() != manifest.Scalar {
		return false
	}
	return p.set(o, o.path(steps...), node, value, what)
}

// inStyleOf gives text the final newline that the field's present value has:
// the charts' block styles differ (`|` in 2.11 and 2.12, `|-` from 2.13).
func inStyleOf(node *manifest.Node, text string) string {
	if value := node.Value(); value != "" && value[len(value)-1] == '\n' {
		return text + "\n"
	}
	return text
}

// family is the chart family that the state's version selects.
func (p *plan) is210() bool { return !p.traits.TrustRoots }
