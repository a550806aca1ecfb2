//go:build !linux

package cli

import "os/exec"

// Argo CD's sidecars run on Linux. Elsewhere the time limit holds, and Go's own
// memory limit, which is soft.

func asGroup(*exec.Cmd) {}

func endWithParent(*exec.Cmd) {}

func limitResources(limits) {}
