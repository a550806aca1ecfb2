package manifest

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		name, stream string
		want         []string
		lines        []int
	}{
		{"empty", "", nil, nil},
		{"one", "a: 1\n", []string{"a: 1\n"}, []int{1}},
		{"no final newline", "a: 1", []string{"a: 1"}, []int{1}},
		{"separator first", "---\na: 1\n---\nb: 2\n", []string{"---\na: 1\n", "---\nb: 2\n"}, []int{1, 3}},
		{"Helm's runs", "---\n# Source: a\n---\n---\na: 1\n", []string{"---\n# Source: a\n", "---\n", "---\na: 1\n"}, []int{1, 3, 4}},
		{"comment behind", "--- # c\na: 1\n--- {b: 2}\n--- |\n x\n--- text\n", []string{"--- # c\na: 1\n", "--- {b: 2}\n", "--- |\n x\n", "--- text\n"}, []int{1, 3, 4, 6}},
		{"not alone", "---a: 1\n--- \n----\n", []string{"---a: 1\n", "--- \n----\n"}, []int{1, 2}},
		{"indented", "a: |\n  ---\n  ...\n ---\n", []string{"a: |\n  ---\n  ...\n ---\n"}, []int{1}},
		{"end marker", "a: 1\n...\n# c\n---\nb: 2\n...\n", []string{"a: 1\n...\n", "# c\n", "---\nb: 2\n...\n"}, []int{1, 3, 4}},
		{"end without separator", "a: 1\n...\nb: 2\n", []string{"a: 1\n...\n", "b: 2\n"}, []int{1, 3}},
		{"marker at the end", "a: 1\n---", []string{"a: 1\n", "---"}, []int{1, 2}},
		{"directive", "# c\n%YAML 1.2\n---\na: 1\n---\nb: 2\n", []string{"# c\n%YAML 1.2\n---\na: 1\n", "---\nb: 2\n"}, []int{1, 5}},
		{"directive later", "a: 1\n...\n%YAML 1.2\n---\nb: 2\n", []string{"a: 1\n...\n", "%YAML 1.2\n---\nb: 2\n"}, []int{1, 3}},
		{"percent in a document", "a: 1\n%b\n---\nc: 2\n", []string{"a: 1\n%b\n", "---\nc: 2\n"}, []int{1, 3}},
		{"crlf", "a: 1\r\n---\r\nb: 2\r\n", []string{"a: 1\r\n", "---\r\nb: 2\r\n"}, []int{1, 2}},
		{"lone cr", "a: 1\r---\rb: 2", []string{"a: 1\r", "---\rb: 2"}, []int{1, 2}},
		{"nel, ls", "# \u0085---\n# \u2028--- \n", []string{"# \u0085", "---\n# \u2028", "--- \n"}, []int{1, 2, 4}},
		{"bom", bom + "---\na: 1\n---\n", []string{bom, "---\na: 1\n", "---\n"}, []int{1, 1, 3}},
		{"dashes of PEM", "-----BEGIN X-----\n---\n-----END X-----\n", []string{"-----BEGIN X-----\n", "---\n-----END X-----\n"}, []int{1, 2}},
		{"not UTF-8", "\xff\n---\n\xfe", []string{"\xff\n", "---\n\xfe"}, []int{1, 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var texts []string
			var lines []int
			docs := Split([]byte(c.stream))
			for i, d := range docs {
				texts, lines = append(texts, string(d.Text)), append(lines, d.Line)
				if d.Number != i+1 {
					t.Errorf("document %d has number %d", i+1, d.Number)
				}
			}
			if !reflect.DeepEqual(texts, c.want) || !reflect.DeepEqual(lines, c.lines) {
				t.Errorf("got %q %v, want %q %v", texts, lines, c.want, c.lines)
			}
			if joined := string(Join(docs)); joined != c.stream {
				t.Errorf("joined: %q", joined)
			}
		})
	}
}

// Documents must not be able to grow into each other.
func TestSplitTextIsClipped(t *testing.T) {
	stream := []byte("a: 1\n---\nb: 2\n")
	docs := Split(stream)
	_ = append(docs[0].Text, "XXXX"...)
	if string(stream) != "a: 1\n---\nb: 2\n" {
		t.Errorf("appending to a document wrote into the stream: %q", stream)
	}
}

func TestJoinAllocatesOnce(t *testing.T) {
	docs := Split(generatedStream(100, 1<<16))
	if n := testing.AllocsPerRun(10, func() { Join(docs) }); n > 1 {
		t.Errorf("%v allocations", n)
	}
}

// allStreams are the hard cases and the real streams, as far as they are here.
func allStreams(t testing.TB) map[string][]byte {
	streams := map[string][]byte{}
	for _, pattern := range []string{"testdata/hard/*.yaml", "../../../shared/yaml-torture/*.yaml", "../../../shared/linkerd/*/*/*.yaml"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			streams[file] = b
		}
	}
	if len(streams) < 20 {
		t.Fatalf("%d streams only; testdata/hard is incomplete", len(streams))
	}
	return streams
}

// parserDocuments is the parser's own reading of a stream: each document as
// text that shows kinds, tags and values.
func parserDocuments(stream []byte) (docs []string, err error) {
	loader, err := yaml.NewLoader(bytes.NewReader(stream))
	if err != nil {
		return nil, err
	}
	for {
		var n yaml.Node
		if err := loader.Load(&n); errors.Is(err, io.EOF) {
			return docs, nil
		} else if err != nil {
			return nil, err
		}
		var b strings.Builder
		describe(&b, &n)
		docs = append(docs, b.String())
	}
}

func describe(b *strings.Builder, n *yaml.Node) {
	b.WriteString(n.ShortTag() + " " + n.Anchor + " " + n.Value + "(")
	for _, child := range n.Content {
		describe(b, child)
	}
	b.WriteString(")")
}

// The pieces, read one by one, must be the documents of the stream as a whole.
func TestSplitAgreesWithParser(t *testing.T) {
	for file, stream := range allStreams(t) {
		whole, err := parserDocuments(stream)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		var pieces []string
		for _, d := range Split(stream) {
			docs, err := parserDocuments(d.Text)
			if err != nil {
				t.Errorf("%s: document %d: %v", file, d.Number, err)
			}
			pieces = append(pieces, docs...)
		}
		if !reflect.DeepEqual(whole, pieces) {
			t.Errorf("%s: %d documents as a whole, %d by pieces", file, len(whole), len(pieces))
		}
	}
}

func FuzzSplitJoin(f *testing.F) {
	for _, stream := range allStreams(f) {
		if len(stream) < 4096 {
			f.Add(stream)
		}
	}
	f.Add([]byte("...\n...\n---\n%A\n---\n--- x"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		docs := Split(stream)
		if !bytes.Equal(Join(docs), stream) {
			t.Fatalf("%q became %q", stream, Join(docs))
		}
		line := 1
		for i, d := range docs {
			if len(d.Text) == 0 || d.Number != i+1 || d.Line != line {
				t.Fatalf("document %d: %+v, want line %d", i+1, d, line)
			}
			line += countBreaks(d.Text, true)
		}
		whole, err := parserDocuments(stream)
		// The parser takes "---" into a block scalar that is a whole document,
		// against YAML 1.2.2, section 9.1.2; no object is one.
		if err != nil || bytes.Contains(stream, []byte(bom)) || bytes.ContainsAny(stream, "|>") {
			return
		}
		var pieces []string
		for _, d := range docs {
			read, err := parserDocuments(d.Text)
			if err != nil {
				t.Fatalf("%q reads as a whole, but not document %d: %v", stream, d.Number, err)
			}
			pieces = append(pieces, read...)
		}
		if !reflect.DeepEqual(whole, pieces) {
			t.Fatalf("%q: %q as a whole, %q by pieces", stream, whole, pieces)
		}
	})
}
