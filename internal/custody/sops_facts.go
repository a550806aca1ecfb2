package custody

import (
	"slices"
)

// sopsRecipients are the fields that name a recipient in each list of sops's own
// data (stores: Metadata).
var sopsRecipients = map[string]string{
	"age": "recipient", "pgp": "fp", "kms": "arn", "gcp_kms": "resource_id",
	"azure_kv": "vault_url", "hc_vault": "vault_address",
}

// sopsFacts reads what a file of sops says in clear.
func sopsFacts(file []byte) (Facts, error) {
	s, err := readSOPS(file)
	if err != nil {
		return Facts{}, err
	}
	facts := Facts{SPKI: s.Metadata.Annotations[spkiHint]}
	groups, _ := s.SOPS["key_groups"].([]any)
	for _, group := range append(groups, any(s.SOPS)) {
		facts.Recipients = append(facts.Recipients, recipientsIn(group)...)
	}
	slices.Sort(facts.Recipients)
	return facts, nil
}

func recipientsIn(group any) (all []string) {
	lists, _ := group.(map[string]any)
	for list, field := range sopsRecipients {
		entries, _ := lists[list].([]any)
		for _, entry := range entries {
			fields, _ := entry.(map[string]any)
			if text, _ := fields[field].(string); text != "" {
				all = append(all, text)
			}
		}
	}
	return all
}
