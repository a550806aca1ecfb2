package manifest

import (
	"errors"
	"testing"
)

// TestSplitOnce: all readers get the node that the first one had, until the text is
// another one; errors are kept, too.
func TestSplitOnce(t *testing.T) {
	docs := SplitOnce([]byte("a: b\n---\nc: [\n---\n# nothing\n"))
	if len(docs) != 3 {
		t.Fatalf("%d documents", len(docs))
	}
	first, err := docs[0].Parse()
	again, errAgain := docs[0].Parse()
	if err != nil || errAgain != nil || first == nil || first != again {
		t.Errorf("parsed twice: %p %p (%v, %v)", first, again, err, errAgain)
	}
	_, err = docs[1].Parse()
	if _, errAgain = docs[1].Parse(); err == nil || !errors.Is(err, errAgain) {
		t.Errorf("errors %v and %v", err, errAgain)
	}
	for range 2 {
		if root, err := docs[2].Parse(); root != nil || err != nil {
			t.Errorf("a comment: %v, %v", root, err)
		}
	}
	spliced, err := docs[0].Splice(Set(At("a"), "d"))
	if err != nil {
		t.Fatal(err)
	}
	if root, err := spliced.Parse(); err != nil || root.Get("a").Value() != "d" {
		t.Errorf("the text before is read: %v (%v)", root.Get("a").Value(), err)
	}
	if root, err := docs[0].Parse(); err != nil || root.Get("a").Value() != "b" {
		t.Errorf("the text after is read: %v (%v)", root.Get("a").Value(), err)
	}
}
