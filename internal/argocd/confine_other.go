//go:build !linux

package argocd

// Argo CD's sidecars run on Linux. Elsewhere the time limit holds, and Go's own
// memory limit, which is soft.

func limitResources(limits) {}
