// Package overlay is kustomize's side of the tool: it builds a kustomization
// and writes kustomize Components.
//
// In goes a folder with a kustomization, or what a Component shall say; out
// come the built manifests, or the bytes of a Component:
//
//	built, err := overlay.Build("apps/shop", overlay.Options{})
//	component := overlay.ByName("l5d-pki-render/rollout", workloads, overlay.Namespaced)
//
// It refuses what would reach the network (remote bases, files behind a URL:
// kustomize itself would run git or ask a server), programs (functions, plugins
// and Helm stay switched off), files outside of the kustomization's folder
// unless allowed, and a build without objects. Errors of kustomize are quoted
// without the text of patches, which may hold a key.
//
// It is the only room that imports kustomize.
package overlay
