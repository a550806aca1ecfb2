package adopt

import (
	"fmt"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// oncePerCause reports what is wrong with several key files alike once: for the
// directory if they cannot be read, else for the first file, with how many others
// there are.
func oncePerCause(problems problem.List) (once problem.List) {
	alike := map[string]problem.List{}
	var order []string
	for _, p := range problems {
		key := string(p.Code) + filepath.Dir(p.File) + p.Text
		if alike[key] == nil {
			order = append(order, key)
		}
		alike[key] = append(alike[key], p)
	}
	for _, key := range order {
		list := alike[key]
		first := *list[0]
		switch {
		case len(list) == 1:
		case first.Code == problem.CLIRead.Code:
			first.File = filepath.Dir(first.File)
		default:
			first.Hints = append(first.Hints, fmt.Sprintf("%d more key files exist in %s", len(list)-1, filepath.Dir(first.File)))
		}
		once = append(once, &first)
	}
	return once
}
