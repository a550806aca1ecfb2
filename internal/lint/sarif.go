package lint

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/survey"
)

// The part of SARIF 2.1.0 (OASIS standard) that code scanning reads.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifRule struct {
		ID               string    `json:"id"`
		ShortDescription sarifText `json:"shortDescription"`
		FullDescription  sarifText `json:"fullDescription"`
		Help             sarifText `json:"help"`
	}
	sarifResult struct {
		RuleID              string            `json:"ruleId"`
		RuleIndex           int               `json:"ruleIndex"`
		Level               string            `json:"level"`
		Message             sarifText         `json:"message"`
		Locations           []sarifLocation   `json:"locations"`
		PartialFingerprints map[string]string `json:"partialFingerprints"`
	}
	sarifLocation struct {
		PhysicalLocation sarifPhysical  `json:"physicalLocation"`
		LogicalLocations []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		ArtifactLocation sarifArtifact `json:"artifactLocation"`
		Region           sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI       string `json:"uri"`
		URIBaseID string `json:"uriBaseId"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
	}
	sarifLogical struct {
		FullyQualifiedName string `json:"fullyQualifiedName"`
	}
)

const (
	sarifSchema = "https://json.schemastore.org/sarif-2.1.0.json"
	sarifPrint  = "finding/v1"
	homePage    = "https://github.com/l5d-pki/l5d-pki-render"
)

// sarifLevels are SARIF's words for severities.
var sarifLevels = map[pki.Severity]string{pki.Error: "error", pki.Warning: "warning", pki.Info: "note"}

// sarif is a report for code scanning; paths are those of the work tree.
func sarif(r Report) []byte {
	rules, index := sarifRules(r.findings)
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{Name: "l5d-pki-render", InformationURI: homePage, Rules: rules}},
		ColumnKind: "unicodeCodePoints",
		Results:    []sarifResult{},
	}
	seen := map[string]int{}
	for _, f := range r.findings {
		one := sarifOne(f, r.prefix, index[f.Code])
		same := one.PartialFingerprints[sarifPrint]
		one.PartialFingerprints[sarifPrint] = fmt.Sprintf("%s:%d", same, seen[same])
		seen[same]++
		run.Results = append(run.Results, one)
	}
	return marshal(sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}})
}

// verbs of a sentence's text stand for what differs from finding to finding.
var verbs = strings.NewReplacer("%q", "…", "%s", "…", "%d", "…", "%t", "…", "%v", "…", "%%", "%")

// sarifRules are the sentences of the codes that were found, sorted.
func sarifRules(findings []survey.Finding) ([]sarifRule, map[problem.Code]int) {
	index := map[problem.Code]int{}
	var codes []problem.Code
	for _, f := range findings {
		if !slices.Contains(codes, f.Code) {
			codes = append(codes, f.Code)
		}
	}
	slices.Sort(codes)
	rules := []sarifRule{}
	for i, code := range codes {
		says, _ := problem.Lookup(code) // every finding is made from a sentence
		index[code] = i
		rules = append(rules, sarifRule{string(code), sarifText{verbs.Replace(says.Text)}, sarifText{says.Explain}, sarifText{says.Hint}})
	}
	return rules, index
}

func sarifOne(f survey.Finding, prefix string, rule int) sarifResult {
	file := path.Clean(prefix + f.File)
	where := sarifLocation{PhysicalLocation: sarifPhysical{
		ArtifactLocation: sarifArtifact{(&url.URL{Path: file}).String(), "%SRCROOT%"},
		Region:           sarifRegion{max(f.Line, 1), max(f.Column, 1)},
	}}
	if f.Path != "" {
		where.LogicalLocations = []sarifLogical{{f.Path}}
	}
	text := strings.TrimSpace(f.Subject + " " + f.Text)
	if f.Hint != "" {
		text += "\nhint: " + f.Hint
	}
	// Lines move; the same finding in the same field is the same alert, the
	// second of its kind in a file another one.
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%s", f.Code, file, f.Path, f.Text))
	return sarifResult{
		RuleID: string(f.Code), RuleIndex: rule, Level: sarifLevels[f.Severity], Message: sarifText{text},
		Locations:           []sarifLocation{where},
		PartialFingerprints: map[string]string{sarifPrint: hex.EncodeToString(sum[:16])},
	}
}
