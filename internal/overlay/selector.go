package overlay

import (
	"regexp"
	"strings"
	"sync"
)

// selector is the syntax of label selectors (k8s.io/apimachinery/pkg/labels),
// which kustomize refuses otherwise when it builds.
var selector = sync.OnceValue(func() *regexp.Regexp {
	const (
		name  = `[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?`
		label = `[a-z0-9](?:[-a-z0-9]*[a-z0-9])?`
		key   = `(?:` + label + `(?:\.` + label + `)*/)?` + name
		value = `(?:` + name + `)?`
		list  = `\(\s*` + value + `\s*(?:,\s*` + value + `\s*)*\)`
	)
	one := `(?:` + strings.Join([]string{
		`!\s*` + key, key, key + `\s*(?:==?|!=)\s*` + value, key + `\s+(?:not)?in\s*` + list,
	}, `|`) + `)`
	return regexp.MustCompile(`^\s*(?:` + one + `\s*(?:,\s*` + one + `\s*)*)?$`)
})

func isSelector(text string) bool { return selector().MatchString(text) }
