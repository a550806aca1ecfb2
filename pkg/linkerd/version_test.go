package linkerd

import (
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

func TestVersions(t *testing.T) {
	tests := []struct {
		text   string
		family Family
		pins   bool // crtPEM, keyPEM and caBundle together, without externalSecret
		expiry bool // identity.issuer.crtExpiry
	}{
		{"2.10", Family210, true, true},
		{"2.10.0", Family210, true, true},
		{"stable-2.10.2", Family210, true, true},
		{"2.11", Family211, true, false},
		{"stable-2.11.0", Family211, true, true},
		{"stable-2.11.1", Family211, true, false},
		{"stable-2.11.5", Family211, true, false},
		{"2.12", Family212, false, false},
		{"stable-2.12.6", Family212, false, false},
		{"2.13", Family213, false, false},
		{"2.14.10", Family213, false, false},
		{"version-2.15", Family213, false, false},
		{"2.18", Family213, false, false},
		{"version-2.18", Family213, false, false},
		{"2.19", Family213, true, false},
		{"2.20", Family213, true, false},
		{"version-2.20", Family213, true, false},
		// Both sides of every boundary.
		{"edge-21.2.4", Family210, true, true},
		{"edge-21.7.4", Family210, true, true},
		{"edge-21.7.5", Family211, true, true},
		{"edge-21.10.1", Family211, true, true},
		{"edge-21.10.2", Family211, true, false},
		{"edge-21.12.4", Family211, true, false},
		{"edge-22.1.1", Family211, false, false},
		{"edge-22.8.1", Family211, false, false},
		{"edge-22.8.2", Family212, false, false},
		{"edge-23.1.2", Family212, false, false},
		{"edge-23.2.1", Family213, false, false},
		{"edge-25.6.3", Family213, false, false},
		{"edge-25.6.4", Family213, true, false},
		{"edge-25.10.7", Family213, true, false},
		{"edge-26.8.3", Family213, true, false},
		{"edge-27.1.1", Family213, true, false},
	}
	for _, test := range tests {
		v, err := ParseVersion(test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if v.Family() != test.family || v.Traits().FreePins != test.pins || v.Traits().IssuerExpiry != test.expiry || v.String() != test.text {
			t.Errorf("%s: family %v, pins %v, expiry %v; want %v, %v, %v",
				test.text, v.Family(), v.Traits().FreePins, v.Traits().IssuerExpiry, test.family, test.pins, test.expiry)
		}
	}
}

func TestVersionsRefused(t *testing.T) {
	tests := map[string]problem.Code{
		"2.9": "state-version-unknown", "stable-2.9.5": "state-version-unknown", "2.21": "state-version-unknown", "3.0": "state-version-unknown",
		"1.20": "state-version-unknown", "edge-21.2.3": "state-version-unknown", "edge-20.12.4": "state-version-unknown",
		"edge-25.13.1": "state-version-unknown", "edge-25.0.1": "state-version-unknown", "edge-25.4.0": "state-version-unknown",
		"": "state-version-form", "2": "state-version-form", "v2.18": "state-version-form", "2.18.": "state-version-form", "2.18.1.1": "state-version-form",
		"2.018": "state-version-form", "02.18": "state-version-form", "edge-25.04.4": "state-version-form", "edge-25.4": "state-version-form",
		"25.4.4": "state-version-form", "stable-edge-25.4.4": "state-version-form", "enterprise-2.18.0": "state-version-form",
		" 2.18": "state-version-form", "2.18\n": "state-version-form", "2.18-rc1": "state-version-form",
	}
	for text, code := range tests {
		v, err := ParseVersion(text)
		if err == nil {
			t.Errorf("%q is taken as %v", text, v.Family())
		} else if got := problem.Of(err)[0].Code; got != code && !(text == "25.4.4" && got == "state-version-unknown") {
			t.Errorf("%q: %s, want %s", text, got, code)
		}
	}
}

func TestFamilyOf(t *testing.T) {
	tests := map[string]Family{
		"stable-2.10.2": Family210, "stable-2.11.5": Family211, "stable-2.12.6": Family212, "stable-2.14.10": Family213,
		"edge-25.4.4": Family213, "edge-22.8.1": Family211, "version-2.20": Family213,
		"enterprise-2.18.0": Family213, "enterprise-2.15.1-2": Family213, "enterprise-2.12.3": Family212, "preview-25.4.4": Family213,
		"dev-1a2b3c": "", "": "", "linkerdVersionValue": "", "stable-2.9.1": "", "enterprise-2.99.0": "", "preview-2.18": "",
	}
	for text, want := range tests {
		if got, ok := FamilyOf(text); got != want || ok != (want != "") {
			t.Errorf("%q: %v, %v; want %v", text, got, ok, want)
		}
	}
}
