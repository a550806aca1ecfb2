package cli

import (
	"context"
	"io"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// forgeProgram links the clients of GitHub, GitLab and Gitea (docs/forges.md).
var forgeProgram = program{"l5d-pki-render-forge", "L5D_PKI_FORGE_PROGRAM", child.Forges, problem.ForgeProgram, nil, nil}

// dial reaches a forge through it.
func (a *app) dial(target forge.Target) (forge.Forge, error) {
	return forge.Dial(target, func(ctx context.Context, in io.Reader, out io.Writer) error {
		return a.runProgram(ctx, forgeProgram, in, out)
	})
}
