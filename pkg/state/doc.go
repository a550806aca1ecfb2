// Package state is the state file of a rotation: its shape, strict reading,
// and writing that leaves comments and order alone.
//
// In go the bytes of one YAML document, out comes a [Rotation]; the other way
// [Update] changes only the bytes of the fields that differ:
//
//	r, err := state.Parse("rotation.yaml", data)
//	...
//	for _, anchor := range r.Bundle() { ... } // what the control plane delivers now
//	next := r.Clone()
//	next.Status.Epoch++
//	data, err = state.Update(data, next)
//
// [Parse] refuses, all problems of the file together and each with its line,
// column and path: a second document, unknown, duplicate and wrongly cased keys,
// values that YAML 1.1 and 1.2 read differently, anchors, aliases and tags,
// private keys, and a status that contradicts itself ([Rotation.Validate]).
//
// Certificates are opaque here: PEM text of CERTIFICATE blocks. What they say
// is the business of package pki.
package state
