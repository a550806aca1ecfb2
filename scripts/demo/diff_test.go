package main

import (
	"strings"
	"testing"
)

func TestDifferences(t *testing.T) {
	const stream = "---\nkind: A\nmetadata:\n  name: one\nspec: 1\n---\nkind: B\nmetadata:\n  name: two\nspec: 1\n"
	for _, c := range []struct {
		name, after string
		want        []string
	}{
		{"equal", stream, nil},
		{"second", strings.Replace(stream, "two\nspec: 1", "two\nspec: 2", 1), []string{"B two"}},
		{"both", strings.ReplaceAll(stream, "spec: 1", "spec: 2"), []string{"A one", "B two"}},
		{"one is gone", stream[:strings.LastIndex(stream, "\n---")], []string{"the stream"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed := differences(stream, c.after)
			if len(changed) != len(c.want) {
				t.Fatalf("%d changes, want %d: %v", len(changed), len(c.want), changed)
			}
			for i, want := range c.want {
				if changed[i].object != want || changed[i].diff == "" {
					t.Errorf("change %d is %+v, want %q", i, changed[i], want)
				}
			}
		})
	}
}

func TestShortenHidesBodies(t *testing.T) {
	body := strings.Repeat("A", 64)
	diff := "+  ca: |\n+    -----BEGIN CERTIFICATE-----\n" + strings.Repeat("+    "+body+"\n", 5) + "+    -----END CERTIFICATE-----\n-  key: " + body + body + "\n"
	got := shorten(diff)
	if strings.Contains(got, body) || !strings.Contains(got, "5 lines") || !strings.Contains(got, "BEGIN CERTIFICATE") {
		t.Errorf("shortened to\n%s", got)
	}
}
