package repo

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

// TestRead: a reader may be slow, may stop early, and learns why git failed.
func TestRead(t *testing.T) {
	_, clone := cloned(t)
	text := strings.Repeat("0123456789abcdef\n", 64<<10) // more than pipes hold
	save(t, clone, "large", text)
	object := must(t, clone, "hash-object", "-w", "large")
	c := call{dir: clone, wait: patience}
	var got []byte
	err := c.read(nil, func(r *bufio.Reader) (err error) {
		time.Sleep(1500 * time.Millisecond) // longer than the pipes of a program that has ended are drained
		got, err = io.ReadAll(r)
		return err
	}, "cat-file", "blob", object)
	if err != nil || string(got) != text {
		t.Errorf("%d bytes of %d, %v", len(got), len(text), err)
	}
	enough := errors.New("enough")
	if err := c.read(nil, func(r *bufio.Reader) error { _, _ = r.ReadByte(); return enough }, "cat-file", "blob", object); !errors.Is(err, enough) {
		t.Errorf("stopped early: %v", err)
	}
	var said *Error
	err = c.read(nil, func(r *bufio.Reader) error { _, err := r.ReadByte(); return err }, "cat-file", "blob", strings.Repeat("1", 40))
	if !errors.As(err, &said) || said.status != 128 || !strings.Contains(said.Text, "1111") {
		t.Errorf("git fails: %v", err)
	}
}
