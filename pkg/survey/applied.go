package survey

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// skipMarker in the first line keeps Argo CD's directory sources from a file
// (user-guide/directory.md).
const skipMarker = "# +argocd:skip-file-rendering"

// localConfig keeps kustomize, and Flux that builds with it, from applying an object.
const localConfig = "config.kubernetes.io/local-config"

// stateFile is a state file in the repository.
type stateFile struct {
	name           string
	local, skipped bool // by localConfig, by skipMarker
}

func (s *Survey) stateFile(c cursor) {
	first, _, _ := bytes.Cut(c.file.text, []byte("\n"))
	s.states = append(s.states, stateFile{
		name:    c.file.name,
		local:   c.get("metadata", "annotations", localConfig).value() == "true",
		skipped: bytes.HasPrefix(first, []byte(skipMarker)),
	})
	if r, err := state.Parse(c.file.name, c.file.text); err == nil {
		m := materialOf(r)
		s.others = append(s.others, m)
		if r.Metadata.Name == s.name && slices.Equal(m.bundle, s.want.bundle) {
			s.homes = append(s.homes, path.Dir(c.file.name))
		}
	}
}

// directory is a folder whose files are applied as they are: by Argo CD's
// directory source, or by a Flux Kustomization.
type directory struct {
	at               spot
	folder           string
	argo, recurse    bool
	include, exclude string // Argo CD's patterns over paths in the folder
}

func (s *Survey) judgeStates() {
	for _, st := range s.states {
		for _, l := range s.listed {
			if l.target == st.name && !st.local {
				s.say(l.at, pki.Error, problem.SurveyStateListed, st.name)
			}
		}
		for _, d := range s.directories {
			inside, below := relative(d.folder, st.name)
			switch {
			case !below || d.argo && !s.argoApplies(d, st, inside) || !d.argo && !s.fluxApplies(d, st):
			case d.argo:
				s.say(d.at, pki.Error, problem.SurveyStateArgo, st.name)
			default:
				s.say(d.at, pki.Error, problem.SurveyStateFlux, st.name)
			}
		}
	}
}

// relative is a path as seen from a folder of the repository.
func relative(folder, name string) (string, bool) {
	switch folder {
	case "": // outside of the repository
		return "", false
	case ".":
		return name, true
	}
	return strings.CutPrefix(name, folder+"/")
}

func (s *Survey) argoApplies(d directory, st stateFile, inside string) bool {
	if st.skipped || s.kustomizations[d.folder] || s.charts[d.folder] || !d.recurse && strings.Contains(inside, "/") {
		return false
	}
	if d.exclude != "" && argoPattern(d.exclude).MatchString(inside) {
		return false
	}
	return d.include == "" || argoPattern(d.include).MatchString(inside)
}

// fluxApplies: a kustomization on the way from the path to the file lists what
// is applied, and was judged as one.
func (s *Survey) fluxApplies(d directory, st stateFile) bool {
	if st.local || s.sourceIgnored(st.name) {
		return false
	}
	for folder := path.Dir(st.name); ; folder = path.Dir(folder) {
		if s.kustomizations[folder] {
			return false
		}
		if folder == d.folder || folder == "." {
			return true
		}
	}
}

// sourceIgnored understands the plain lines of .sourceignore: a path, a folder,
// a name, a pattern over one of them.
func (s *Survey) sourceIgnored(name string) bool {
	return slices.ContainsFunc(s.ignored, func(line string) bool {
		line = strings.Trim(strings.TrimSpace(line), "/")
		if line == "" || line[0] == '#' {
			return false
		}
		_, below := relative(line, name)
		whole, _ := path.Match(line, name)
		base, _ := path.Match(line, path.Base(name))
		return below || whole || base
	})
}
