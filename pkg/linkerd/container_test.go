package linkerd

import (
	"slices"
	"strings"
	"testing"
)

// TestExpand: references are replaced as the kubelet does it (the cases of k8s.io/kubernetes,
// third_party/forked/golang/expansion, and more).
func TestExpand(t *testing.T) {
	c := Container{Env: []Variable{
		{Name: "A", Value: "a"}, {Name: "B", Value: "b$(A)"}, {Name: "E"}, {Name: "S", Sourced: true}, {Name: "T", Value: "t$(S)"},
		{Name: "L", Value: "$(LATER)"}, {Name: "LATER", Value: "later"}, {Name: "D", Value: "$$(A)"}, {Name: "V", Value: "v", Sourced: true}, {Name: "x.y-z", Value: "dots"},
	}}
	for text, want := range map[string]string{
		"$(A)": "a", "$(B)$(A)": "baa", "$$(A)": "$(A)", "$$$(A)": "$a", "$$$$(A)": "$$(A)", "$(A": "$(A", "$": "$", "$$": "$", "$A": "$A", "$(E)": "",
		"$()": "$()", "x$": "x$", "$)": "$)", "(A)": "(A)", "$$(A": "$(A", "$($(A))": "$($(A))", "$(D)": "$(A)", "$(x.y-z)": "dots", "$(V)": "v",
		"$€(A)": "$€(A)", "$(L)": "$(LATER)", "$(S)": "$(S)", "$(T)": "t$(S)", "$(NONE)": "$(NONE)", "a$(NONE)b$(A)": "a$(NONE)ba",
	} {
		got := c.variables(func(int, word) {}).expand(text)
		unread := slices.ContainsFunc([]string{"S)", "NONE)", "LATER)", "$($(A)"}, func(s string) bool { return strings.Contains(want, s) })
		if got.text != want || (got.reference != "") != unread {
			t.Errorf("%s: %+v, want %q (unread %t)", text, got, want, unread)
		}
	}
}

// TestExpandBomb: what references bring is bounded, and then is not known.
func TestExpandBomb(t *testing.T) {
	c := Container{Env: []Variable{{Name: "A", Value: strings.Repeat("a", 1024)}}}
	for range 10000 {
		c.Env = append(c.Env, Variable{Name: "A", Value: "$(A)$(A)"})
	}
	c.Words = []string{"-identity-issuance-lifetime=$(A)"}
	if flags := c.Flags(); len(flags) != 1 || flags[0].Unread == "" {
		t.Errorf("%d flags", len(flags))
	}
}

// TestFlags: in each form, by name, with their values as programs get them.
func TestFlags(t *testing.T) {
	env := []Variable{{Name: "LIFE", Value: "999h"}, {Name: "FLAG", Value: "-identity-issuance-lifetime"}, {Name: "WHOLE", Value: "--identity-scheme=x"},
		{Name: "SECRET", Sourced: true}, {Name: "LIFE2", Value: "$(LIFE)"}}
	for text, want := range map[string]string{
		"-identity-issuance-lifetime=1h":          "0 -identity-issuance-lifetime 1h",
		"--identity-issuance-lifetime 1h":         "0 -identity-issuance-lifetime 1h",
		"x --identity-domain=$(LIFE2)":            "1 -identity-domain 999h",
		"-identity-domain $(LIFE)":                "0 -identity-domain 999h",
		"$(FLAG)=$(LIFE)":                         "0 -identity-issuance-lifetime 999h",
		"$(FLAG) $(LIFE)":                         "0 -identity-issuance-lifetime 999h",
		"-$(FLAG)=1h":                             "0 -identity-issuance-lifetime 1h",
		"$(WHOLE)":                                "0 -identity-scheme x",
		"-identity-scheme":                        "0 -identity-scheme ",
		"-identity-scheme=":                       "0 -identity-scheme ",
		"-identity-scheme=$(SECRET)":              "0 -identity-scheme $(SECRET) SECRET",
		"-identity-scheme $(NONE)":                "0 -identity-scheme $(NONE) NONE",
		"-identity-scheme=$$(LIFE)":               "0 -identity-scheme $(LIFE)",
		"$(SECRET)":                               "0 $(SECRET)  SECRET",
		"-$(SECRET)":                              "0 -$(SECRET)  SECRET",
		"--ident$(SECRET)=1h":                     "0 --ident$(SECRET)=1h  SECRET",
		"--pod=$(SECRET)":                         "",
		"-tap-service-name=tap.$(NONE)":           "",
		"--global-egress-network-namespace=x":     "",
		"--my-linkerd-namespace=x":                "",
		"---identity-domain=x":                    "",
		"-identity-domains=x":                     "",
		"identity -log-level=info":                "",
		"sh -c linkerd2|-identity-domain=x":       "2 -identity-domain  text",
		"busybox sh -c 'a|--identity-domain|x'":   "3 -identity-domain  text",
		"-c exec|$(FLAG)|$(LIFE)":                 "1 -identity-issuance-lifetime  text",
		"-identity-scheme=x -identity-scheme=y":   "0 -identity-scheme x; 1 -identity-scheme y",
		"-log-level $(SECRET) -identity-domain=x": "1 $(SECRET)  SECRET; 2 -identity-domain x",
	} {
		c := Container{Env: env}
		for _, w := range strings.Split(text, " ") {
			c.Words = append(c.Words, strings.ReplaceAll(w, "|", " "))
		}
		var got []string
		for _, f := range c.Flags() {
			unread := ""
			for _, reason := range []string{"SECRET", "NONE", "text"} {
				if strings.Contains(f.Unread, reason) {
					unread = " " + reason
				}
			}
			got = append(got, string(rune('0'+f.Word))+" "+f.Name+" "+f.Value+unread)
		}
		if joined := strings.Join(got, "; "); joined != want {
			t.Errorf("%s: %q, want %q", text, joined, want)
		}
	}
	c := Container{Name: IdentityContainer, Words: []string{"/bin/sh", "-c", "exec $0"}}
	if flags := c.Flags(); len(flags) != 1 || !strings.Contains(flags[0].Unread, "shell") {
		t.Errorf("a shell: %+v", flags)
	}
}
