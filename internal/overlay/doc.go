// Package overlay writes kustomize Components: it knows what a Component says
// and which workloads it is for, and builds nothing.
//
//	workloads, err := overlay.Workloads(stream, "l5d-pki-render/rollout")
//	component := overlay.ByName("l5d-pki-render/rollout", workloads, overlay.Namespaced)
package overlay
