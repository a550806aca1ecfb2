// Package gate is an object of the cluster that says which phase a rotation is in
// and whether the next one may be entered. It lets hosts wait: Argo CD by a health
// script, Flux by expressions, others by the conditions that kstatus reads.
//
// It is a kind of its own, without a controller. Its spec comes from Git; its
// status is written only by `l5d-pki-render observe --publish`, through the status
// subresource, so nothing that applies the spec takes it back. A ConfigMap would be
// healthy to every host at once.
package gate

import _ "embed"

// Names of the object. The group is the project's own domain at its forge.
const (
	Group   = "l5d-pki.github.io"
	Version = "v1alpha1"
	Kind    = "RotationGate"
	Plural  = "rotationgates"
	// Name is that of every gate: there is one per control plane, in its namespace.
	Name = "l5d-pki-gate"
)

// CRD is the definition of the kind, as a YAML document. The default of its status
// is of no generation: kstatus takes an object without a status for ready.
//
//go:embed crd.yaml
var CRD []byte
