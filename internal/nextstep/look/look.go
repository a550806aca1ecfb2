// Package look gathers what package nextstep decides from.
package look

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/nextstep"
	"github.com/l5d-pki/l5d-pki-render/internal/outputs"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// At gathers the facts of a state file. What Git cannot say is left out: a next
// step is advice, and no reason to fail.
func At(statePath string, s *state.Rotation) nextstep.Facts {
	return nextstep.Facts{State: s, StatePath: statePath, Work: work(statePath, s)}
}

// Comparison names the outputs of a state that are not what it says, and those that
// were not compared.
type Comparison func(statePath string, s *state.Rotation) (stale, unchecked []string)

// Next is the step that follows from a status, the observation files that were named
// for it, and the flags with which the cluster was read. Without a state there is none.
// It adds to the status what the outputs are.
func Next(statePath string, st *rotation.Status, evidence []string, observe string, compare Comparison) nextstep.Step {
	s, err := statefile.Load(statePath)
	if err != nil {
		return nextstep.Step{}
	}
	f := At(statePath, s)
	f.Status, f.Evidence, f.Observe = st, evidence, observe
	st.StaleOutputs, st.UncheckedOutputs = compare(statePath, s)
	if alarm := f.StaleAlarm(); alarm != "" {
		st.Alarms = append(st.Alarms, alarm)
	}
	return nextstep.Of(f)
}

func work(statePath string, s *state.Rotation) (w nextstep.Work) {
	real := disk.Real(statePath)
	r, err := repo.Open(filepath.Dir(real))
	if err != nil {
		return w
	}
	dirty, err := r.Dirty()
	cwd, cwdErr := os.Getwd()
	if err != nil || cwdErr != nil {
		return w
	}
	w.Known = true
	keys, patterns := keyFiles(real, s), outputPatterns(real, s)
	for _, name := range dirty {
		file := filepath.Join(r.Top, filepath.FromSlash(name))
		isGone := !files.IsFile(file)
		if isGone && slices.Contains(keys, file) {
			continue // a lost key: its deletion is nothing to commit
		}
		isOutput := slices.ContainsFunc(patterns, func(pattern string) bool { return covers(pattern, file) }) || isGone && wasOutput(r, s, name)
		if file != real && !isOutput && !slices.Contains(keys, file) && !kept(real, s, file) {
			continue
		}
		w.StateChanged = w.StateChanged || file == real
		w.OutputsChanged = w.OutputsChanged || isOutput
		if isGone && !r.InIndex(name) {
			w.Staged = true
			continue
		}
		shown, err := filepath.Rel(disk.Real(cwd), file)
		if err != nil {
			return nextstep.Work{}
		}
		w.Files = append(w.Files, filepath.ToSlash(shown))
	}
	return w
}

// wasOutput reports whether the last commit has a file as an output of the state: sync removes
// those that no output names any more.
func wasOutput(r *repo.Repo, s *state.Rotation, name string) bool {
	text, ok, err := r.File("HEAD", name)
	return err == nil && ok && bytes.HasPrefix(text, []byte(outputs.OwnedBy(s)))
}

// kept reports whether a file is an observation that lies beside the state to be kept.
func kept(statePath string, s *state.Rotation, file string) bool {
	return filepath.Dir(file) == statefile.Beside(statePath, base.EvidenceFolder) && base.IsEvidenceName(s.Metadata.Name, filepath.Base(file))
}

// keyFiles are the files of the keys that the state names and that Git may hold.
func keyFiles(statePath string, s *state.Rotation) (files []string) {
	if s.WithDefaults().Spec.Custody.Kind == state.CustodyFile {
		return nil
	}
	keys, err := render.NamedKeys(s)
	if err != nil {
		return nil
	}
	for _, k := range keys {
		files = append(files, disk.Real(statefile.Beside(statePath, k.Path)))
	}
	return files
}

func outputPatterns(statePath string, s *state.Rotation) (patterns []string) {
	for _, o := range s.Spec.Outputs {
		patterns = append(patterns, filepath.Clean(statefile.Beside(statePath, o.Path)))
		if o.HelmRelease != nil {
			patterns = append(patterns, filepath.Clean(statefile.Beside(statePath, o.HelmRelease.Path)))
		}
	}
	return patterns
}

// covers reports whether a file is an output, in the directory of one, or matched
// by its pattern, in which ** is any number of directories.
func covers(pattern, file string) bool {
	if file == pattern || strings.HasPrefix(file, pattern+string(filepath.Separator)) {
		return true
	}
	if before, after, any := strings.Cut(pattern, "**"); any {
		matches, err := filepath.Match("*"+filepath.Base(after), filepath.Base(file))
		return strings.HasPrefix(file, before) && err == nil && matches
	}
	matches, err := filepath.Match(pattern, file)
	return err == nil && matches
}
