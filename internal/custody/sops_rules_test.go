package custody

import "testing"

// sealedWith is a key file of sops with other recipients.
func sealedWith(t *testing.T, recipients string) []byte {
	t.Helper()
	_, certificate := certified(t)
	return edit{"  age: [{recipient: age1one, enc: x}]\n", recipients}.of(t, sopsOf(t, anchorKey(certificate)))
}

// TestSOPSRule: to whom a file is encrypted is compared with what the rules say, in
// every form that sops has for it.
func TestSOPSRule(t *testing.T) {
	const (
		one   = "  age: [{recipient: age1one, enc: x}]\n"
		both  = "  age: [{recipient: age1one, enc: x}, {recipient: age1two, enc: x}]\n"
		vault = "  hc_vault: [{vault_address: 'https://vault.example:8200/', engine_path: transit, key_name: k, enc: x, created_at: x}]\n"
		azure = "  azure_kv: [{vault_url: 'https://v.vault.azure.net', name: k, version: v1, enc: x}]\n"
		aws   = "  kms: [{arn: 'arn:aws:kms:x', role: 'arn:role', enc: x, aws_profile: ''}]\n"
		parts = "  shamir_threshold: 2\n  key_groups: [{age: [{recipient: age1one, enc: x}]}, {pgp: [{fp: ABCD, enc: x}]}]\n"
		loose = "  shamir_threshold: 1\n  key_groups: [{age: [{recipient: age1one, enc: x}]}, {pgp: [{fp: ABCD, enc: x}]}]\n"
	)
	for name, c := range map[string]struct {
		file, rule string
		want       bool
	}{
		"one recipient":                {one, "age: age1one", true},
		"two, with a comma":            {both, "age: 'age1two, age1one'", true},
		"two, as a list":               {both, "age: [age1two, age1one]", true},
		"another":                      {one, "age: age1two", false},
		"one more":                     {both, "age: age1one", false},
		"one less":                     {one, "age: 'age1one,age1two'", false},
		"a rule for other files":       {one, "path_regex: other/.*\n  age: age1two\n- age: age1one", true},
		"the first rule that matches":  {one, "path_regex: keys/.*\n  age: age1two\n- age: age1one", false},
		"a Vault":                      {vault, "hc_vault_transit_uri: https://vault.example:8200/v1/transit/keys/k", true},
		"a Vault elsewhere":            {vault, "hc_vault_transit_uri: https://vault.example/v1/transit/keys/k", false},
		"another key of the Vault":     {vault, "hc_vault_transit_uri: https://vault.example:8200/v1/transit/keys/other", false},
		"Azure":                        {azure, "azure_keyvault: https://v.vault.azure.net/keys/k/v1", true},
		"the newest version of Azure":  {azure, "azure_keyvault: https://v.vault.azure.net/keys/k", true},
		"another version":              {azure, "azure_keyvault: https://v.vault.azure.net/keys/k/v2", false},
		"AWS with a role":              {aws, "kms: arn:aws:kms:x+arn:role", true},
		"AWS with a role of nobody":    {aws, "kms: arn:aws:kms:x", false},
		"groups":                       {parts, "key_groups: [{pgp: [ab cd]}, {age: [age1one]}]", true},
		"groups, and any is enough":    {loose, "key_groups: [{pgp: [ABCD]}, {age: [age1one]}]", false},
		"groups made one":              {"  age: [{recipient: age1one, enc: x}]\n  pgp: [{fp: ABCD, enc: x}]\n", "key_groups: [{pgp: [ABCD]}, {age: [age1one]}]", false},
		"any group is enough, as said": {loose, "shamir_threshold: 1\n  key_groups: [{pgp: [ABCD]}, {age: [age1one]}]", true},
		"a kind of later versions":     {one + "  newkms: [{id: theirs, enc: x}]\n", "age: age1one", false},
	} {
		is, err := SOPSSealedTo(sealedWith(t, c.file))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		ruled, found := SOPSRule([]byte("creation_rules:\n- "+c.rule+"\n"), "keys/2026.sops.yaml")
		if !found || is.Allowed(ruled) != c.want {
			t.Errorf("%s: %s, and the rule says %s (%v)", name, is, ruled, found)
		}
	}
	for _, none := range []string{"", "creation_rules: []\n", "creation_rules: [{path_regex: '('}]\n", "creation_rules: [{path_regex: other}]\n", "\t"} {
		if to, found := SOPSRule([]byte(none), "keys/2026.sops.yaml"); found {
			t.Errorf("%q: %s", none, to)
		}
	}
}
