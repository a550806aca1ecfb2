package state

import (
	"slices"
	"strings"
	"testing"
)

// TestNamesOfOddTexts: a second state of the same name is found however it is written,
// as long as some program would read it as one.
func TestNamesOfOddTexts(t *testing.T) {
	plain := "apiVersion: l5d-pki-render/v1alpha1\nkind: Rotation\nmetadata:\n  name: prod\n"
	for name, text := range map[string]string{
		"plain": plain, "byte order mark": "\ufeff" + plain, "CRLF": strings.ReplaceAll(plain, "\n", "\r\n"), "second document": "a: b\n---\n" + plain,
		"first of two": plain + "---\na: b\n", "tags": strings.ReplaceAll(plain, "name: prod", "name: !!str prod"), "quotes": strings.ReplaceAll(plain, "prod", `"pr\u006fd"`),
		"flow": "{apiVersion: l5d-pki-render/v1alpha1, kind: Rotation, metadata: {name: prod}}", "escaped group": strings.Replace(plain, "l5d-pki-render/v1alpha1", `"l5d-pki-rende\x72/v1alpha1"`, 1),
		"JSON": `{"apiVersion":"l5d-pki-render/v1alpha1","kind":"Rotation","metadata":{"name":"prod"}}`, "a later version": strings.Replace(plain, "v1alpha1", "v9", 1),
		"comments": "# x\n" + plain + "# y\n", "invalid beside": plain + "spec: 7\n", "with an end": plain + "...\n", "name twice": plain + "metadata:\n  name: other\n",
	} {
		names, err := Names([]byte(text))
		if err == nil && !slices.Contains(names, "prod") {
			t.Errorf("%s: %q", name, names)
		}
	}
	for name, text := range map[string]string{"another kind": strings.Replace(plain, "Rotation", "Other", 1), "another group": strings.Replace(plain, "l5d-pki-render", "example.com", 1), "text": "l5d-pki-render/ in a sentence\n"} {
		if names, _ := Names([]byte(text)); len(names) > 0 {
			t.Errorf("%s: %q", name, names)
		}
	}
}

// TestCustodyFieldsAreText: no field of the custody brings lines, templates or paths
// into what is rendered from it.
func TestCustodyFieldsAreText(t *testing.T) {
	good := map[string]Custody{
		CustodyExternalSecret: {Kind: CustodyExternalSecret, Store: "vault", StoreKind: "SecretStore", RemotePrefix: "linkerd/", RemoteProperty: "key"},
		CustodyCertManager:    {Kind: CustodyCertManager, TrustNamespace: "cert-manager"},
		CustodySealedSecret:   {Kind: CustodySealedSecret, Certificate: "seal.pem"},
	}
	check := func(c Custody) int {
		f := &findings{}
		f.custody(c)
		return len(*f)
	}
	for kind, c := range good {
		if check(c) > 0 {
			t.Fatalf("%s is refused", kind)
		}
	}
	for _, evil := range []string{"a\nb: c", "a\r", "x\x00", "\u2028x"} {
		for field, c := range map[string]Custody{
			"store":          {Kind: CustodyExternalSecret, Store: evil},
			"storeKind":      {Kind: CustodyExternalSecret, Store: "vault", StoreKind: evil},
			"remotePrefix":   {Kind: CustodyExternalSecret, Store: "vault", RemotePrefix: evil},
			"remoteProperty": {Kind: CustodyExternalSecret, Store: "vault", RemoteProperty: evil},
			"trustNamespace": {Kind: CustodyCertManager, TrustNamespace: evil},
			"certificate":    {Kind: CustodySealedSecret, Certificate: evil},
			"kind":           {Kind: evil},
		} {
			if check(c) == 0 && (evil[0] != 0xe2 || field == "store" || field == "storeKind" || field == "trustNamespace" || field == "kind") {
				t.Errorf("%s: %q is taken", field, evil)
			}
		}
	}
	for _, path := range []string{"/etc/cert.pem", "~/x", "a/../../../x/", "-", `a\b`} {
		if c := (Custody{Kind: CustodySealedSecret, Certificate: path}); path != "-" && check(c) == 0 {
			t.Errorf("the certificate at %q", path)
		}
	}
}
