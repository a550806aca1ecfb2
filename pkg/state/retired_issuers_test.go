package state

import (
	"strings"
	"testing"
)

const otherIssuer = "-----BEGIN CERTIFICATE-----\nbm90IGEgcmVhbCBjZXJ0aWZpY2F0ZTogeA==\n-----END CERTIFICATE-----\n"

// A file from before the list existed has no line for it. The first entry adds
// one, the last one to go leaves it, and every other byte stays.
func TestRetiredIssuersComeAndGo(t *testing.T) {
	old := sample(t)
	if strings.Contains(string(old), "retiredIssuers") {
		t.Fatal("the sample is not a file from before the list")
	}
	next := mustParse(t, old)
	next.Status.RetiredIssuers = []RetiredIssuer{{"2026-1", otherIssuer}, {"2026-2", otherIssuer}}
	with := mustUpdate(t, old, next)
	next.Status.RetiredIssuers = next.Status.RetiredIssuers[1:]
	one := mustUpdate(t, []byte(with), next)
	if strings.Contains(one, `- name: "2026-1"`+"\n    certificate: |\n      -----BEGIN CERTIFICATE-----\n      bm90IGEgcmVhbCBjZXJ0aWZpY2F0ZTogeA==") {
		t.Error("the first entry is still there")
	}
	next.Status.RetiredIssuers = nil
	none := mustUpdate(t, []byte(one), next)
	if !strings.Contains(none, "\n  retiredIssuers: []\n") || strings.Replace(none, "  retiredIssuers: []\n", "", 1) != string(old) {
		t.Errorf("more than one line is left:\n%s", none)
	}
}

// A fresh file has no line for the list while it is empty, so the files of a
// mesh that never abandoned a rotation can be read by earlier releases.
func TestNoRetiredIssuersNoLine(t *testing.T) {
	r := mustParse(t, sample(t))
	text, err := Marshal(r)
	if err != nil || strings.Contains(string(text), "retiredIssuers") {
		t.Errorf("%v\n%s", err, text)
	}
	r.Status.RetiredIssuers = []RetiredIssuer{{"2026-1", otherIssuer}}
	if text, err = Marshal(r); err != nil || !mustParse(t, text).Equal(r) {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestRetiredIssuersAreReadStrictly(t *testing.T) {
	for name, c := range map[string][2]string{
		"a mapping":      {"{}", "f:73:19: status.retiredIssuers: a list is wanted here, not a mapping"},
		"no name":        {`[{certificate: x}]`, `f:73:20: status.retiredIssuers[0].name: the key "name" is missing`},
		"no certificate": {`[{name: x}]`, `f:73:20: status.retiredIssuers[0].certificate: the key "certificate" is missing`},
		"a role":         {`[{name: x, role: incoming, certificate: x}]`, `status.retiredIssuers[0].role: `},
		"a key":          {`[{name: x, key: keys/x.key, certificate: x}]`, `status.retiredIssuers[0].key: `},
		"no PEM":         {`[{name: x, certificate: x}]`, `status.retiredIssuers[0].certificate: `},
		"a bad name":     {`[{name: "a b", certificate: x}]`, `status.retiredIssuers[0].name: `},
	} {
		_, err := Parse("f", changed(t, "  retired: []", "  retired: []\n  retiredIssuers: "+c[0]))
		if text := strings.Join(said(err), "\n"); !strings.Contains(text, c[1]) {
			t.Errorf("%s: %s", name, text)
		}
	}
}
