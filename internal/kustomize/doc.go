// Package kustomize builds a kustomization, for the program that renders charts:
//
//	built, err := kustomize.Build("apps/shop", kustomize.Options{})
//
// It refuses what would reach the network (remote bases, files behind a URL:
// kustomize itself would run git or ask a server), programs (functions, plugins
// and Helm stay switched off), files outside of the kustomization's directory
// unless allowed, and a build without objects. Errors of kustomize are quoted
// without the text of patches, which may hold a key.
//
// Nothing bounds what a build takes: aliases of some hundred bytes stand for
// gigabytes. So only a process that bounds itself builds one
// (cmd/l5d-pki-render-chart).
package kustomize
