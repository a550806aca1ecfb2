package manifest

import "testing"

// TestSeparated: kubectl and Helm end lines with LF only and skip a byte order
// mark where a text begins; of each stream's pieces, which begin for them too.
func TestSeparated(t *testing.T) {
	for _, c := range []struct {
		name, stream string
		want         []bool
	}{
		{"plain", "a: b\n---\nc: d\n", []bool{true, true}},
		{"crlf", "a: b\r\n---\r\nc: d\r\n", []bool{true, true}},
		{"comment behind it", "a: b\n--- # x\nc: d\n", []bool{true, true}},
		{"dots", "a: b\n...\nc: d\n", []bool{true, false}},
		{"dots and dashes", "a: b\n...\n---\nc: d\n", []bool{true, true}},
		{"directive", "a: b\n...\n%YAML 1.1\n---\nc: d\n", []bool{true, true}},
		{"cr before", "a: b # x\r---\nc: d\n", []bool{true, false}},
		{"cr behind", "a: b\n---\rc: d\n", []bool{true, false}},
		{"cr in the comment behind", "a: b\n--- # x\rc: d\n", []bool{true, false}},
		{"nel before", "a: b # x\u0085---\nc: d\n", []bool{true, false}},
		{"ls before", "a: b # x\u2028---\nc: d\n", []bool{true, false}},
		{"ps before", "a: b # x\u2029---\nc: d\n", []bool{true, false}},
		{"ls behind", "a: b\n---\u2028c: d\n", []bool{true, false}},
		{"cr, then a plain one", "a: b # x\r---\n---\nc: d\n", []bool{true, false, true}},
		{"mark behind the line", "a: b\n---\n" + bom + "c: d\n", []bool{true, true, true}},
		{"mark behind crlf", "a: b\r\n---\r\n" + bom + "c: d\r\n", []bool{true, true, true}},
		{"mark behind the first line", "---\n" + bom + "c: d\n", []bool{true, true}},
		{"mark behind dots", "a: b\n...\n" + bom + "c: d\n", []bool{true, false}},
		{"mark behind cr and dashes", "a: b # x\r---\n" + bom + "c: d\n", []bool{true, false, false}},
		{"mark before the dashes", bom + "---\nc: d\n", []bool{true, true}},
	} {
		docs := Split([]byte(c.stream))
		if got := string(Join(docs)); got != c.stream {
			t.Errorf("%s: joined to %q", c.name, got)
		}
		var got []bool
		for _, d := range docs {
			got = append(got, d.Separated())
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: got %v, want %v", c.name, got, c.want)
				break
			}
		}
	}
}

// TestMarkedDocument: behind a line "---" a mark changes neither the head nor
// what an edit leaves alone.
func TestMarkedDocument(t *testing.T) {
	docs := Split([]byte("---\n" + bom + "kind: A\nmetadata:\n  name: n # c\n"))
	d := docs[len(docs)-1]
	if head, sure := d.Head(); !sure || head != (Head{Kind: "A", Name: "n"}) || d.Line != 2 {
		t.Fatalf("head %+v %v on line %d", head, sure, d.Line)
	}
	d, err := d.Splice(Set(At("metadata", "name"), "m"))
	if want := bom + "kind: A\nmetadata:\n  name: m # c\n"; err != nil || string(d.Text) != want {
		t.Errorf("%q, %v", d.Text, err)
	}
	if _, marked := d.WithoutMarks(); marked {
		t.Error("a mark at the beginning counts as one inside")
	}
	d.Text = []byte(bom + "kind: A\n" + bom + "name: b\n")
	if bare, marked := d.WithoutMarks(); !marked || string(bare.Text) != bom+"kind: A\nname: b\n" {
		t.Errorf("%q %v", bare.Text, marked)
	}
}

// TestBinary: kubectl and Helm decode a key and a value with that tag.
func TestBinary(t *testing.T) {
	root, err := Parse([]byte("a: {b: [!!binary QQ==]}\n!<tag:yaml.org,2002:binary> a2luZA==: x\n"))
	if err != nil {
		t.Fatal(err)
	}
	if found := root.Binary(); found == nil || found.Decoded() != "A" || found.Value() != "QQ==" {
		t.Errorf("found %+v", found)
	}
	if all := root.All("kind"); len(all) != 1 || all[0].Value() != "x" {
		t.Errorf("%d values of kind", len(all))
	}
	for _, text := range []string{"kind: A\n!!binary a2luZA==: B\n", "a2luZA==: A\n!!binary a2luZA==: B\nkind: C\n"} {
		if root, err := Parse([]byte(text)); err != nil || root.Doubled() == nil {
			t.Errorf("%q: no key twice, %v", text, err)
		}
	}
}
