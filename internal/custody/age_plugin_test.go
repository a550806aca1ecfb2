package custody

import (
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestAgePlugins: what needs a plugin is called that, and not damaged.
func TestAgePlugins(t *testing.T) {
	o := x25519(t)
	for recipient, want := range map[string]problem.Code{
		"age1yubikey1qgqsp5z24ff2wkezx0x8vdsv7hwywhj68tp9m6hfchjuunlx8h5pzx33eal": problem.CustodyPlugin.Code,
		"age1tpm1qg86ls6v2gwxtm0qqw6pjzekyvj5ux4dr8ydvq3x57dpfyqkj3a3wq9qs2k":     problem.CustodyPlugin.Code,
		"age1se1qgg72x2qfk9wg3wh0qg9u0v7l5dkq4jx69fv80p6wdus3ftg6flwg5dz2dp":      problem.CustodyPlugin.Code,
		o.recipient[:len(o.recipient)-1]:                                          problem.CustodyRecipient.Code,
		o.recipient:                                                               "",
		hybrid(t).recipient:                                                       "",
	} {
		_, err := ageCustody(t, state.Custody{Recipients: []string{recipient}}, nil).Seal(mint(t), named)
		if code(err) != want {
			t.Errorf("%.20s: %v, want %q", recipient, err, want)
		}
	}
	sealed, err := ageCustody(t, state.Custody{Recipients: []string{o.recipient}}, nil).Seal(mint(t), named)
	if err != nil {
		t.Fatal(err)
	}
	_, err = ageCustody(t, state.Custody{}, map[string]string{envSOPSKey: "AGE-PLUGIN-YUBIKEY-1QYQSZQGPQYQSZQGP"}).Open(sealed, named)
	if code(err) != problem.CustodyPluginIdentity.Code {
		t.Errorf("an identity: %v", err)
	}
	for recipient, want := range map[string]string{
		"AGE1YUBIKEY1QGQSP": "yubikey", "age1plugin-foo1qqq": "plugin-foo", "age1tag1qxxx": "tag", "age1pq1qqq": "", "age1qqq": "", "ssh-ed25519 AAAA": "",
	} {
		if plugin := state.AgePlugin(recipient); plugin != want {
			t.Errorf("%s: plugin %q, want %q", recipient, plugin, want)
		}
	}
	if plugin := state.AgePlugin("age1fido2-hmac1qqpqyqszqgp"); plugin != "fido2-hmac" {
		t.Errorf("plugin %q", plugin)
	}
}
