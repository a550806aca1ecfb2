// Package e2e runs l5d-pki-render inside the real programs that host it: Helm 3
// and 4, kustomize, Argo CD's plugin server. It is a module of its own, so that
// their libraries never reach the program.
//
// objects.go compares renders object by object, page.go runs the commands of a
// page of the documentation, sandbox.go is the world that both run in.
package e2e
