package custody

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// SealedTo is who can open a file of sops: of each group one recipient, of as many
// groups as the threshold says.
type SealedTo struct {
	groups    []string // sorted, each of them sorted recipients
	threshold int
}

// String lists the recipients.
func (s SealedTo) String() string {
	text := strings.Join(s.groups, " and ")
	if len(s.groups) > 1 && s.threshold < len(s.groups) {
		return fmt.Sprintf("any %d of: %s", s.threshold, strings.Join(s.groups, "; "))
	}
	return text
}

// Allowed reports whether a file that is sealed to s is what known asks for. A key of
// Azure without a version stands for any version: sops writes the newest.
func (s SealedTo) Allowed(known SealedTo) bool {
	return s.threshold == known.threshold && slices.EqualFunc(s.groups, known.groups, func(is, want string) bool {
		return slices.EqualFunc(strings.Fields(is), strings.Fields(want), func(is, want string) bool {
			return is == want || strings.Count(want, "/") == 4 && strings.Contains(want, "/keys/") && strings.HasPrefix(is, want+"/")
		})
	})
}

func sealedTo(groups [][]string, threshold int) SealedTo {
	var s SealedTo
	for _, group := range groups {
		if len(group) > 0 {
			slices.Sort(group)
			s.groups = append(s.groups, strings.Join(slices.Compact(group), " "))
		}
	}
	slices.Sort(s.groups)
	switch {
	case len(s.groups) < 2:
	case threshold == 0:
		s.threshold = len(s.groups)
	default:
		s.threshold = threshold
	}
	return s
}

// SOPSSealedTo reads to whom a file of sops is encrypted. It says so in clear.
func SOPSSealedTo(file []byte) (SealedTo, error) {
	if _, err := sopsFacts(file); err != nil {
		return SealedTo{}, err
	}
	var s struct {
		SOPS map[string]any `json:"sops"`
	}
	_ = yaml.Unmarshal(file, &s) // sopsFacts read it
	var groups [][]string
	groups = append(groups, entriesOf(s.SOPS))
	listed, _ := s.SOPS["key_groups"].([]any)
	for _, group := range listed {
		fields, _ := group.(map[string]any)
		groups = append(groups, entriesOf(fields))
	}
	threshold, _ := s.SOPS["shamir_threshold"].(float64)
	return sealedTo(groups, int(threshold)), nil
}

// entriesOf gives the recipients of one group of a file, in the form that rules have.
// Lists of a kind that is not known are compared as they are.
func entriesOf(group map[string]any) (all []string) {
	for kind, list := range group {
		entries, _ := list.([]any)
		if kind == "key_groups" {
			continue
		}
		for _, entry := range entries {
			fields, _ := entry.(map[string]any)
			text := func(field string) string { value, _ := fields[field].(string); return value }
			switch kind {
			case "age":
				all = append(all, text("recipient"))
			case "pgp":
				all = append(all, fingerprint(text("fp")))
			case "kms":
				all = append(all, withRole(text("arn"), text("role")))
			case "gcp_kms":
				all = append(all, text("resource_id"))
			case "azure_kv":
				all = append(all, azureKey(text("vault_url"), text("name"), text("version")))
			case "hc_vault":
				all = append(all, strings.TrimRight(text("vault_address"), "/")+"/v1/"+strings.Trim(text("engine_path"), "/")+"/keys/"+text("key_name"))
			default:
				rest := maps.Clone(fields)
				delete(rest, "enc")
				delete(rest, "created_at")
				plain, _ := json.Marshal(rest) // read from YAML
				all = append(all, kind+":"+strings.Join(strings.Fields(string(plain)), "+"))
			}
		}
	}
	for i, one := range all {
		all[i] = strings.Join(strings.Fields(one), "+") // a blank parts recipients
	}
	return all
}

func withRole(arn, role string) string {
	if role == "" {
		return arn
	}
	return arn + "+" + role
}

func azureKey(vault, name, version string) string {
	return strings.TrimRight(strings.TrimRight(vault, "/")+"/keys/"+name+"/"+version, "/")
}

func fingerprint(text string) string { return strings.ToUpper(strings.ReplaceAll(text, " ", "")) }

// creationRule is a rule of .sops.yaml: who gets the key of a new file.
type creationRule struct {
	PathRegex string          `json:"path_regex"`
	Age       json.RawMessage `json:"age"`
	PGP       json.RawMessage `json:"pgp"`
	KMS       json.RawMessage `json:"kms"`
	GCPKMS    json.RawMessage `json:"gcp_kms"`
	Azure     json.RawMessage `json:"azure_keyvault"`
	Vault     json.RawMessage `json:"hc_vault_transit_uri"`
	Groups    []ruleGroup     `json:"key_groups"`
	Threshold int             `json:"shamir_threshold"`
}

type ruleGroup struct {
	Age []string `json:"age"`
	PGP []string `json:"pgp"`
	KMS []struct {
		ARN  string `json:"arn"`
		Role string `json:"role"`
	} `json:"kms"`
	GCPKMS []struct {
		ID string `json:"resource_id"`
	} `json:"gcp_kms"`
	Azure []struct {
		Vault   string `json:"vaultUrl"`
		Key     string `json:"key"`
		Version string `json:"version"`
	} `json:"azure_keyvault"`
	Vault []string    `json:"hc_vault"`
	Merge []ruleGroup `json:"merge"`
}

// SOPSRule reads to whom the rules of sops have a new file encrypted, whose path is
// given from where the rules lie. It finds none where they cannot be read, or say
// nothing of that file.
func SOPSRule(rules []byte, name string) (SealedTo, bool) {
	var config struct {
		Rules []creationRule `json:"creation_rules"`
	}
	if err := yaml.Unmarshal(rules, &config); err != nil {
		return SealedTo{}, false
	}
	for _, rule := range config.Rules {
		matches, err := regexp.MatchString(rule.PathRegex, name)
		if err != nil {
			return SealedTo{}, false
		}
		if matches {
			to := rule.sealedTo()
			return to, len(to.groups) > 0
		}
	}
	return SealedTo{}, false
}

func (r creationRule) sealedTo() SealedTo {
	var groups [][]string
	for _, group := range r.Groups {
		groups = append(groups, group.entries())
	}
	if len(groups) == 0 {
		groups = [][]string{slices.Concat(listed(r.Age), each(listed(r.PGP), fingerprint), listed(r.KMS), listed(r.GCPKMS),
			each(listed(r.Azure), trimSlash), each(listed(r.Vault), trimSlash))}
	}
	return sealedTo(groups, r.Threshold)
}

func (g ruleGroup) entries() []string {
	all := slices.Concat(g.Age, each(g.PGP, fingerprint), each(g.Vault, trimSlash))
	for _, k := range g.KMS {
		all = append(all, withRole(k.ARN, k.Role))
	}
	for _, k := range g.GCPKMS {
		all = append(all, k.ID)
	}
	for _, k := range g.Azure {
		all = append(all, azureKey(k.Vault, k.Key, k.Version))
	}
	for _, merged := range g.Merge {
		all = append(all, merged.entries()...)
	}
	return all
}

func trimSlash(text string) string { return strings.TrimRight(text, "/") }

func each(all []string, f func(string) string) []string {
	for i, one := range all {
		all[i] = f(one)
	}
	return all
}

// listed reads recipients that a rule gives as a list, or as a text with commas.
func listed(raw json.RawMessage) (all []string) {
	var text string
	if json.Unmarshal(raw, &all) != nil && json.Unmarshal(raw, &text) == nil {
		all = strings.Split(text, ",")
	}
	for i, one := range all {
		all[i] = strings.TrimSpace(one)
	}
	return slices.DeleteFunc(all, func(one string) bool { return one == "" })
}
