package argocd

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestSlots: no more renders at once than may be, and one less of one project; who ends
// lets the next one in.
func TestSlots(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "slots")
	take := func(project string) func() {
		ctx, cancel := context.WithTimeout(t.Context(), 4*slotPoll)
		defer cancel()
		release, err := takeSlot(ctx, dir, project, 3)
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		return release
	}
	first, second := take("a"), take("a")
	if first == nil || second == nil || take("a") != nil {
		t.Fatal("a project gets two of three")
	}
	third := take("b")
	if third == nil || take("b") != nil || take("c") != nil {
		t.Fatal("another project gets the third, and nobody a fourth")
	}
	go func() {
		time.Sleep(slotPoll)
		first()
	}()
	if again := take("c"); again == nil {
		t.Fatal("a slot that was given back is taken")
	}
	second()
	third()
	for range 2 {
		if take("a") == nil {
			t.Error("those who waited in vain hold nothing")
		}
	}
}

// TestSlotsOfOne: the smallest number does not lock a project out.
func TestSlotsOfOne(t *testing.T) {
	if _, err := takeSlot(t.Context(), filepath.Join(t.TempDir(), "slots"), "a", 1); err != nil {
		t.Error(err)
	}
}

// TestSlotDir: a directory that somebody else could have made is not used.
func TestSlotDir(t *testing.T) {
	top := t.TempDir()
	open, link, none := filepath.Join(top, "open"), filepath.Join(top, "link"), filepath.Join(top, "none", "slots")
	if err := errors.Join(os.Mkdir(open, 0o700), os.Chmod(open, 0o777), os.Symlink(t.TempDir(), link)); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{open, link, none} {
		if _, err := takeSlot(t.Context(), dir, "a", 3); err == nil || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", filepath.Base(dir), err)
		}
	}
}
