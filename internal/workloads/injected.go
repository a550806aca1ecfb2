package workloads

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Injected reads NAME=VALUE: what the annotation of a namespace says that is not in
// the input.
func Injected(pairs []string) (map[string]string, error) {
	inject := map[string]string{}
	var problems problem.List
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		if name == "" || !slices.Contains(state.Injections, value) {
			problems.Add(problem.WorkloadsBadInject.With(pair))
			continue
		}
		inject[name] = value
	}
	return inject, problems.Err()
}
