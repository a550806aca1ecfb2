package pki

import (
	"strings"
	"testing"
)

// Expected values are those of rustls-webpki 0.103 (src/subject_name).
func TestDNSMatches(t *testing.T) {
	long := strings.Repeat("a", 63)
	tests := []struct {
		name, base string
		permitted  bool // allowed by a permitted base
		excluded   bool // hit by an excluded base
		malformed  bool
	}{
		{"a.example.org", "example.org", true, true, false},
		{"example.org", "example.org", true, true, false},
		{"EXAMPLE.org", "example.ORG", true, true, false},
		{"badexample.org", "example.org", false, false, false},
		{"a.example.org", ".example.org", true, true, false},
		{"example.org", ".example.org", false, false, false},
		{"org", "example.org", false, false, false},
		{"a.example.org", "", true, true, false},
		{"*.example.org", "example.org", true, true, false},
		{"*.example.org", "evil.example.org", false, true, false},
		{"*.example.org", "a.evil.example.org", false, false, false},
		{"*.example.org", "other.org", false, false, false},
		{long + ".org", "org", true, true, false},
		{long + "a.org", "org", false, false, true},
		{"a_b.example.org", "example.org", true, true, false},
		{"-a.example.org", "example.org", false, false, true},
		{"a-.example.org", "example.org", false, false, true},
		{"a..org", "org", false, false, true},
		{"example.org.", "example.org", false, false, true},
		{"10.0.0.1", "1", false, false, true},
		{"", "", false, false, true},
		{"caf\u00e9.org", "org", false, false, true},
		{"example.org", "example.org.", false, false, true},
		{"example.org", "..org", false, false, true},
		{strings.Repeat("a.", 127) + "org", "org", false, false, true},
	}
	for _, tt := range tests {
		permitted, ok := dnsMatches(tt.name, tt.base, false)
		excluded, ok2 := dnsMatches(tt.name, tt.base, true)
		if permitted != tt.permitted || excluded != tt.excluded || ok == tt.malformed || ok2 != ok {
			t.Errorf("%q under %q: permitted %v, excluded %v, well-formed %v", tt.name, tt.base, permitted, excluded, ok)
		}
	}
}

func TestIPMatches(t *testing.T) {
	tests := []struct {
		address, base   []byte
		fits, malformed bool
	}{
		{[]byte{10, 1, 2, 3}, []byte{10, 0, 0, 0, 255, 0, 0, 0}, true, false},
		{[]byte{11, 1, 2, 3}, []byte{10, 0, 0, 0, 255, 0, 0, 0}, false, false},
		{[]byte{10, 1, 2, 3}, make([]byte, 32), false, false},
		{make([]byte, 16), make([]byte, 32), true, false},
		{[]byte{10, 1, 2}, make([]byte, 8), false, true},
		{[]byte{10, 1, 2, 3}, make([]byte, 7), false, true},
	}
	for _, tt := range tests {
		if fits, ok := ipMatches(tt.address, tt.base); fits != tt.fits || ok == tt.malformed {
			t.Errorf("%v under %v: fits %v, well-formed %v", tt.address, tt.base, fits, ok)
		}
	}
}

func TestAdmit(t *testing.T) {
	dns := func(name string) generalName { return generalName{tagDNS, []byte(name)} }
	ip, email := generalName{tagIP, []byte{10, 0, 0, 1}}, generalName{1, []byte("a@b")}
	directory := generalName{tag: tagDirectory}
	tests := map[string]struct {
		limits nameConstraints
		name   generalName
		want   bool
	}{
		"none":                           {nameConstraints{}, dns("a.org"), true},
		"one of two permitted":           {nameConstraints{permitted: []generalName{dns("b.org"), dns("a.org")}}, dns("a.org"), true},
		"none of two permitted":          {nameConstraints{permitted: []generalName{dns("b.org"), dns("c.org")}}, dns("a.org"), false},
		"permitted and excluded":         {nameConstraints{[]generalName{dns("org")}, []generalName{dns("a.org")}}, dns("a.org"), false},
		"another kind is free":           {nameConstraints{permitted: []generalName{dns("b.org")}}, ip, true},
		"directory permitted is refused": {nameConstraints{permitted: []generalName{directory}}, directory, false},
		"directory excluded is refused":  {nameConstraints{excluded: []generalName{directory}}, directory, false},
		"email permitted is refused":     {nameConstraints{permitted: []generalName{email}}, email, false},
		"malformed base is refused":      {nameConstraints{excluded: []generalName{dns("..")}}, dns("a.org"), false},
	}
	for name, tt := range tests {
		if got := tt.limits.admit(tt.name, func() bool { return true }); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	limits := nameConstraints{permitted: []generalName{dns("org")}}
	if limits.admit(dns("a.org"), func() bool { return false }) {
		t.Error("the budget is not asked")
	}
}
