package e2e

import (
	"slices"
	"testing"
)

const someObjects = `# Source: a
---
kind: Secret
metadata: {name: a, namespace: ns}
data: {x: "1"}
---
# a document of comments
---
apiVersion: v1
kind: List
items:
- kind: ConfigMap
  metadata: {name: b}
  data: {list: [1, 2], text: "a\n--- not a separator here"}
`

// TestObjectsDiffer: what a comparer calls equal decides every other test.
func TestObjectsDiffer(t *testing.T) {
	tests := []struct {
		name, other string
		want        []string
	}{
		{"order, styles and List", `{"kind":"ConfigMap","metadata":{"name":"b"},"data":{"text":"a\n--- not a separator here","list":[1,2]}}
---
kind: Secret
data:
  x: '1'
metadata:
  namespace: ns
  name: a
`, nil},
		{"one less", "kind: Secret\nmetadata: {name: a, namespace: ns}\ndata: {x: \"1\"}\n", []string{"ConfigMap b is missing"}},
		{"a value, an item, one more", `kind: Secret
metadata: {name: a, namespace: ns}
data: {x: 1}
---
kind: ConfigMap
metadata: {name: b}
data: {list: [1, 3], text: "a\n--- not a separator here"}
---
kind: Pod
metadata: {name: c}
`, []string{"ConfigMap b: .data.list[1] is 3, want 2", "Pod c should not be there", `Secret ns/a: .data.x is 1, want "1"`}},
	}
	want := ParseObjects(t, []byte(someObjects))
	if !slices.Equal(want.Names(), []string{"ConfigMap b", "Secret ns/a"}) {
		t.Fatalf("read %v", want.Names())
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := DiffObjects(ParseObjects(t, []byte(tt.other)), want); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if got := want.Without("Secret").Names(); !slices.Equal(got, []string{"ConfigMap b"}) {
		t.Errorf("without Secrets: %v", got)
	}
}
