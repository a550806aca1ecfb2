package survey

import (
	"bytes"
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/internal/order"
	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Settings is what the files are judged by.
type Settings struct {
	// State of the mesh; it is valid ([state.Parse]).
	State *state.Rotation
	// Allow lists patterns of files in which a private key is known and
	// accepted, such as test keys.
	Allow []string
	// AllowFromTop lists such patterns for paths from the top of the repository,
	// in which Prefix is the path of the directory that is looked through.
	AllowFromTop []string
	Prefix       string
}

// Finding is one hazard in a repository, with its place.
type Finding struct {
	// File is the path in the repository, with slashes.
	File string `json:"file"`
	// Line and Column count from 1, columns in characters.
	Line   int `json:"line"`
	Column int `json:"column"`
	// Path is the field, like "spec.source.helm.parameters[0].value", or "".
	Path string `json:"path,omitempty"`
	pki.Finding
}

// Report is everything that was found, and how much was looked at.
type Report struct {
	// Findings by file, line, column and code.
	Findings []Finding
	// Files that were given, and documents of YAML in them.
	Files, Documents int
	// Templates are documents that do not parse because they hold {{ }}.
	Templates int
}

// Survey collects what the files of a repository say.
type Survey struct {
	name   string // of the mesh
	want   material
	others []material // of other state files in the repository
	allow  patterns
	// allowFromTop matches names below prefix.
	allowFromTop patterns
	prefix       string
	report       Report

	searcher       secret.Searcher
	files          map[string]bool // every path that was given
	kustomizations map[string]bool // folders that have one
	charts         map[string]bool // folders that have a Chart.yaml
	ignored        []string        // lines of /.sourceignore
	states         []stateFile
	listed         []listedResource
	directories    []directory
	bundles        []foundBundle
	issuers        []foundIssuer
	targets        []targetedBundle
	targetSettings []targetedSetting
	shadows        []shadowed
	schemes        []foundScheme
	lifetimes      []shadowed
	homes          []string              // folders of state files of this mesh
	schemeWritten  bool                  // the state names its issuer scheme
	later          map[string][]shadowed // settings in values files, by file
	pems           map[string]string     // files of certificates
	releases       []release
	parts          map[string][]release     // releases and patches of them, by object
	pins           map[string]pinSet        // by values file
	configMaps     map[string]configMapData // by name
	certificates   []certificate
	trustBundles   []trustBundle
	scripted       []scripted
	programs       map[string][]string // lines of programs, by file
	assigned       []assigned
	followed       map[string]string   // what names in programs stand for
	looked         int                 // lines of programs that were searched for definitions
	substitutes    map[string][]cursor // of Flux, by name
}

// New begins a survey.
func New(settings Settings) (*Survey, error) {
	allow, err := compile(settings.Allow)
	if err != nil {
		return nil, err
	}
	fromTop, err := compile(settings.AllowFromTop)
	if err != nil {
		return nil, err
	}
	return &Survey{
		allowFromTop: fromTop, prefix: settings.Prefix,
		schemeWritten: settings.State.Spec.Linkerd.IssuerScheme != "", name: settings.State.Metadata.Name, want: materialOf(settings.State),
		allow: allow,
		files: map[string]bool{}, kustomizations: map[string]bool{}, charts: map[string]bool{},
		parts: map[string][]release{}, pins: map[string]pinSet{}, pems: map[string]string{}, later: map[string][]shadowed{},
		configMaps: map[string]configMapData{}, programs: map[string][]string{}, followed: map[string]string{},
		substitutes: map[string][]cursor{},
	}, nil
}

// Add looks at one file. The name is its path in the repository, with slashes.
// Of a file that is too large to be read the text may be nil: then only its
// name counts.
func (s *Survey) Add(name string, text []byte) { s.AddSplit(name, text, nil) }

// AddSplit is [Survey.Add] for a file whose documents were split already; nil: they
// were not.
func (s *Survey) AddSplit(name string, text []byte, docs []manifest.Document) {
	s.report.Files++
	s.files[name] = true
	switch base := path.Base(name); {
	case slices.Contains(kustomizationNames, base):
		s.kustomizations[path.Dir(name)] = true
	case base == chartFile:
		s.charts[path.Dir(name)] = true
	case name == ".sourceignore":
		s.ignored = strings.Split(string(text), "\n")
	}
	s.keys(name, text)
	if len(text) <= maxCarried && bytes.Contains(text, []byte("-----BEGIN CERTIFICATE")) {
		s.pems[name] = string(text)
	}
	s.scripts(name, text)
	if !isYAML(name) || isJSON(name) && !mayHoldObject(text) {
		return
	}
	if at := otherEncoding(text); at >= 0 {
		s.say(spot{file: name, line: 1, column: 1}, pki.Warning, problem.SurveyEncoding, at)
		return
	}
	if docs == nil {
		docs = manifest.Split(text)
	}
	f := &file{survey: s, name: name, text: text}
	for _, d := range docs {
		f.document(d)
	}
}

// Report judges what the files say of each other, and gives everything that was
// found in the order of its places.
func (s *Survey) Report() Report {
	s.resolveTargets()
	s.fill(s.substitutes, 0, 0)
	s.judgeBundles()
	s.judgeScripts()
	s.judgeIssuers()
	s.judgeReleases()
	s.judgeOrder()
	s.judgeShadows()
	s.judgeAssignments()
	s.judgeSchemes()
	s.judgeLifetimes()
	s.judgeCertificates()
	s.judgeTrustBundles()
	s.judgeStates()
	order.By(s.report.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Code, b.Code), cmp.Compare(a.Text, b.Text))
	})
	s.report.Findings = slices.Compact(s.report.Findings)
	return s.report
}

// spot is a place in the repository.
type spot struct {
	file         string
	line, column int
	path         string
}

func (s *Survey) say(at spot, severity pki.Severity, says problem.Sentence, args ...any) {
	said := says.With(args...)
	s.report.Findings = append(s.report.Findings, Finding{
		File: at.file, Line: at.line, Column: at.column, Path: at.path,
		Finding: pki.Finding{Code: said.Code, Severity: severity, Text: said.Text, Hint: says.Hint},
	})
}

func isYAML(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return ext == ".yaml" || ext == ".yml" || path.Base(name) == "Kustomization" || isTemplateName(name) || isJSON(name)
}

func isJSON(name string) bool { return strings.ToLower(path.Ext(name)) == ".json" }

// mayHoldObject tells manifests in JSON from the many other files in it, in any encoding.
func mayHoldObject(text []byte) bool {
	ascii := bytes.ReplaceAll(text, []byte{0}, nil)
	return bytes.Contains(ascii, []byte("apiVersion")) && bytes.Contains(ascii, []byte("kind")) || mentionsValues(ascii)
}
