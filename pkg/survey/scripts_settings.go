package survey

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// assigned is a setting that a program hands to the chart or to Linkerd's own installer.
type assigned struct {
	at         spot
	name, have string
}

var (
	// assignment is a setting with its value behind it, as on a command line.
	assignment = lazy.New(`(` + settingName + `)["']?\s*[=:]\s*["']?([\w./-]+)`)
	// flagged are flags of `linkerd install` and `linkerd upgrade`.
	flagged = lazy.New(`--(identity-external-ca|identity-external-issuer|identity-trust-domain)\b(?:[=\s]+["']?([\w./-]+))?`)
	// listedName is the name in a block of Terraform's helm_release.
	listedName  = lazy.New(`name\s*=\s*"(` + settingName + `)"`)
	listedValue = lazy.New(`value\s*=\s*"?([\w./-]+)`)
)

// assignments collects settings in a program, or on command lines in a YAML file.
func (s *Survey) assignments(name string, lines []string, program bool) {
	for i, line := range lines {
		if isComment(line) || !program && !strings.Contains(line, "--") {
			continue
		}
		add := func(setting, have string) {
			s.assigned = append(s.assigned, assigned{spot{file: name, line: i + 1, column: 1}, setting, have})
		}
		for _, found := range assignment.Regexp().FindAllStringSubmatch(line, -1) {
			add(found[1], found[2])
		}
		for _, found := range flagged.Regexp().FindAllStringSubmatch(line, -1) {
			switch on := found[2] != "false"; {
			case found[1] == "identity-trust-domain":
				add(linkerd.TrustDomainValue, found[2])
			case found[1] == "identity-external-ca" && on:
				add(linkerd.ExternalCAValue, "true")
			case on:
				add(linkerd.SchemeValue, linkerd.SchemeKubernetes)
			}
		}
		if found := listedName.FindStringSubmatch(line); found != nil {
			for _, next := range lines[i:min(i+maxSpan, len(lines))] {
				if value := listedValue.FindStringSubmatch(next); value != nil {
					add(found[1], value[1])
					break
				}
			}
		}
	}
}

// said reports whether a finding of the code has the line.
func (s *Survey) said(at spot, code problem.Code) bool {
	return slices.ContainsFunc(s.report.Findings, func(f Finding) bool { return f.File == at.file && f.Line == at.line && f.Code == code })
}

func (s *Survey) judgeAssignments() {
	for _, a := range s.assigned {
		if strings.HasPrefix(a.have, "var.") || strings.HasPrefix(a.have, "local.") || strings.HasPrefix(a.have, "each.") {
			continue // what it is cannot be seen here
		}
		if end, want, found := s.contradiction(a.have, a.name); found && !s.said(a.at, problem.SurveyShadowedSetting.Code) {
			s.say(a.at, pki.Error, problem.SurveyShadowedSetting, end, a.have, "this file", want)
		}
	}
}
