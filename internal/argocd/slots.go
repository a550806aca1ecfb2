package argocd

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
)

const (
	rendersVariable = "L5D_PKI_CMP_RENDERS"
	// defaultRenders fit into the memory that docs/hosts/argocd.md gives the container.
	defaultRenders = 3
	// slotPoll is how long a render waits before it looks for a slot again.
	slotPoll = 50 * time.Millisecond
)

// perProject is how many of the renders at once one project may have, so that some are
// left for the others.
func perProject(renders int) int { return max(1, renders-1) }

// slotDir is the directory of the slots: the temporary directory is the sidecar's own.
func slotDir() string { return filepath.Join(os.TempDir(), "l5d-pki-render-slots") }

// takeSlot waits until fewer renders run than may at once, of one project and in the sidecar.
func takeSlot(ctx context.Context, dir, project string, renders int) (release func(), err error) {
	own, err := waitForSlot(ctx, dir, fmt.Sprintf("project-%.16x", sha256.Sum256([]byte(project))), perProject(renders))
	if err != nil {
		return nil, err
	}
	slot, err := waitForSlot(ctx, dir, "render", renders)
	if err != nil {
		own()
		return nil, err
	}
	return func() { slot(); own() }, nil
}

func waitForSlot(ctx context.Context, dir, name string, n int) (func(), error) {
	for {
		release, err := disk.Slot(dir, name, n)
		if !errors.Is(err, disk.ErrBusy) {
			return release, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(slotPoll):
		}
	}
}
