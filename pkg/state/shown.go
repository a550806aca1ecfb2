package state

import "github.com/l5d-pki/l5d-pki-render/pkg/problem"

func shown(text string) string { return problem.Shown(text) }
