package lint

import "github.com/l5d-pki/l5d-pki-render/pkg/survey"

// Findings are what was found, by file and line.
func (r Report) Findings() []survey.Finding { return r.findings }
