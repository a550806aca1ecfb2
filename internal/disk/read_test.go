package disk

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
)

// TestReadAll: all of a pipe or file, of any size up to the limit, in any pieces.
func TestReadAll(t *testing.T) {
	const limit = 9000
	broken := errors.New("broken")
	for _, n := range []int{0, 1, 511, 512, 513, 2048, 8192, limit - 1, limit, limit + 1, 3 * limit} {
		text := bytes.Repeat([]byte("0123456789"), n/10+1)[:n]
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		for name, r := range map[string]io.Reader{
			"file": file, "pipe": iotest.HalfReader(bytes.NewReader(text)), "single bytes": iotest.OneByteReader(bytes.NewReader(text)),
			"end with the last": iotest.DataErrReader(bytes.NewReader(text)),
		} {
			got, err := ReadAll(r, limit)
			if n > limit {
				if !errors.Is(err, ErrTooLarge) || got != nil {
					t.Errorf("%s, %d bytes: %d read, %v", name, n, len(got), err)
				}
			} else if err != nil || !bytes.Equal(got, text) {
				t.Errorf("%s, %d bytes: %d read, %v", name, n, len(got), err)
			}
		}
		if _, err := ReadAll(io.MultiReader(bytes.NewReader(text), iotest.ErrReader(broken)), 4*limit); !errors.Is(err, broken) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}
