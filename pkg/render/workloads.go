package render

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// WorkloadFile is one input of [StampWorkloads]: a file, or the stream on stdin.
type WorkloadFile struct {
	Name string
	Text []byte
}

// WorkloadsInput is one call of [StampWorkloads].
type WorkloadsInput struct {
	State *state.Rotation
	Files []WorkloadFile
	// Stream: the only file is a stream that a program writes: empty or cut is an error.
	Stream bool
	// Namespace of objects that name none, as `helm template` and kustomize bases leave it.
	Namespace string
	// Inject is linkerd.io/inject by namespace; it counts before what the files say.
	Inject map[string]string
	// Remove takes the stamps away instead, from every workload that has one.
	Remove bool
	// AllowNothing lets an input pass in which no workload is meshed.
	AllowNothing bool
	// Each calls do for 0 to n-1, perhaps several at once; nil: in turn.
	Each func(n int, do func(i int))
}

// WorkloadsOutput has the files of the input, in their order.
type WorkloadsOutput struct {
	Files  []WorkloadFile
	Report WorkloadsReport
}

// StampWorkloads writes the wave's stamp on the pod template of every meshed
// workload, and the phase's bundle where one stands as text in its containers.
// Namespaces found in any file count for all. With an error there is no output;
// the problems of all files are reported together.
//
// Before the first wave the state has no stamp, and every file stays as it is.
func StampWorkloads(in WorkloadsInput) (WorkloadsOutput, error) {
	m, err := NewMaterial(in.State, nil)
	if err != nil {
		return WorkloadsOutput{}, err
	}
	if in.Each == nil {
		in.Each = inTurn
	}
	if in.Stream {
		if err := checkText(in.Files[0].Text); err != nil {
			return WorkloadsOutput{}, problem.Of(err).In(in.Files[0].Name).Err()
		}
	}
	w := &workloads{WorkloadsInput: in, material: m}
	if err := w.readNamespaces(); err != nil {
		return WorkloadsOutput{}, err
	}
	return w.run()
}

// workloads is the work on all files of a call.
type workloads struct {
	WorkloadsInput
	material *Material
	inject   map[string]string
	look     bool // nothing is written
}

// idle: there is no stamp to write yet and none to take away.
func (w *workloads) idle() bool { return w.material.State.Status.Stamp == "" && !w.Remove }

// stamped is what became of one file.
type stamped struct {
	text     []byte
	lines    []WorkloadLine
	kind     fileKind
	problems problem.List
}

// run stamps every file and puts the results together in their order.
func (w *workloads) run() (WorkloadsOutput, error) {
	results := make([]stamped, len(w.Files))
	w.Each(len(w.Files), func(i int) { results[i] = w.file(w.Files[i], manifest.Split(w.Files[i].Text)) })
	out := WorkloadsOutput{Report: w.newReport()}
	var problems problem.List
	for i, r := range results {
		problems = append(problems, r.problems.In(w.Files[i].Name)...)
		out.Files = append(out.Files, WorkloadFile{w.Files[i].Name, r.text})
		out.Report.take(w.Files[i], r)
	}
	out.Report.settle()
	if !w.idle() && !w.Remove && !w.AllowNothing && len(problems) == 0 && !out.Report.anyMeshed() {
		problems.Add(problem.WorkloadsNothing.With(w.what()))
	}
	if len(problems) > 0 {
		return WorkloadsOutput{}, problems.Err()
	}
	return out, nil
}

func (w *workloads) what() string {
	switch {
	case w.Stream:
		return "the stream"
	case len(w.Files) == 1:
		return w.Files[0].Name
	}
	return "any of " + strconv.Itoa(len(w.Files)) + " files"
}

// file stamps the workloads of one file, whose documents are docs.
func (w *workloads) file(f WorkloadFile, docs []manifest.Document) stamped {
	r := stamped{text: f.Text}
	if r.problems.Add(CheckEncoding(f.Text)); len(r.problems) > 0 {
		return r
	}
	if inLists, lists := manifest.SplitLists(f.Text); lists {
		if items := w.documents(f, inLists); items.kind == kubernetesFile && len(items.problems) == 0 {
			return items
		}
		// A list that is read as a whole says what is wrong, and where.
	}
	return w.documents(f, docs)
}

// documents stamps the workloads of a file that was taken apart.
func (w *workloads) documents(f WorkloadFile, docs []manifest.Document) stamped {
	r := stamped{text: f.Text}
	if r.kind = kindOf(f.Text, docs); r.kind != kubernetesFile {
		if !w.idle() && r.kind == foreignFile {
			w.foreign(&r, docs)
		}
		return r
	}
	p := newPlan(w.material, docs)
	p.inject = w.inject
	for i, d := range docs {
		if w.idle() || !w.read(p, &r, i, d) {
			break
		}
	}
	if w.Stream && p.lastFilled >= 0 {
		w.checkLast(p)
	}
	if r.problems = append(r.problems, p.problems...); len(r.problems) > 0 || r.kind != kubernetesFile {
		r.lines = nil
		return r
	}
	if !w.look && len(p.edits)+len(p.stampings) > 0 {
		err := p.apply()
		if r.problems.Add(err); err == nil {
			r.text = manifest.Join(p.docs)
		}
	}
	return r
}

// checkLast parses the last document of a stream: a stream that was cut ends in it.
func (w *workloads) checkLast(p *plan) {
	root, err := p.docs[p.lastFilled].Parse()
	if err == nil {
		p.checkEnd(root)
		return
	}
	p.problems = slices.DeleteFunc(p.problems, func(q *problem.Problem) bool { return q.Error() == err.Error() })
	p.fail(cutOrBroken(true, err))
}

// read plans the stamps of one document. It is false when the file turns out
// to be a template, which is left alone as a whole.
func (w *workloads) read(p *plan, r *stamped, i int, d manifest.Document) bool {
	head, sure := d.Head()
	head.Kind = p.kindOf(head)
	if head.Namespace == "" {
		head.Namespace = w.Namespace
	}
	_, workload := workloadTemplate[head.Kind]
	switch {
	case sure && !workload, !sure && !mayHoldWorkload(d.Text):
		w.custom(p, r, d)
		return true
	case w.Remove && !bytes.Contains(d.Text, []byte(StampHint)):
		return true
	case sure && !w.Remove && !w.concerns(p, d, head.Namespace):
		if head.Namespace != p.namespace(ControlPlane) {
			w.judge(p, r, object{kind: head.Kind, namespace: head.Namespace, name: head.Name})
		}
		return true
	}
	root, err := d.Parse()
	switch {
	case err != nil && !w.Stream && bytes.Contains(r.text, []byte("{{")):
		r.kind, p.problems = templateFile, nil
		return false
	case err != nil && !bytes.Contains(d.Text, []byte("apiVersion")):
		return true
	case err != nil:
		p.fail(err)
		return true
	}
	p.checkReadings(d, root)
	before := len(p.objects)
	p.collect(i, nil, root)
	for _, o := range p.objects[before:] {
		if o.namespace == "" {
			o.namespace = w.Namespace
		}
		if _, workload := workloadTemplate[o.kind]; workload && !o.hook {
			w.judge(p, r, o)
		}
	}
	if !w.Remove && mayAsk(d.Text) {
		w.customObjects(p, r, p.objects[before:])
	}
	return true
}

// concerns reports whether a workload's document has to be parsed.
func (w *workloads) concerns(p *plan, d manifest.Document, namespace string) bool {
	return namespace != p.namespace(ControlPlane) &&
		(p.mayBeMeshed(d.Text, namespace) || bytes.Contains(d.Text, []byte(proxyAnchorsEnv)))
}
