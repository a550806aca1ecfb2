// Package krm is the tool as a KRM function (kustomize, kpt): a ResourceList
// comes in, the same list goes out, with the PKI of the phase and with results.
//
//	out, err := krm.Run(list)
//	// out.List is what goes to stdout, also when err says what was wrong
//
// The state stands in the list's functionConfig: the state file itself (kind
// Rotation), or kind L5dPkiRender with the state under spec.state. Nothing else
// is read. As a generator the function adds what `manifests` writes; as a
// transformer it does to the items what `post-render` does to a stream. It never
// removes an item, and never emits a private key that did not come in.
//
// Every byte of the list stays, but for the edited fields and the results.
//
// Specification: cmd/config/docs/api-conventions/functions-spec.md in
// kubernetes-sigs/kustomize.
package krm
