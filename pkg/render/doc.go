// Package render makes manifests carry exactly the PKI that a rotation's
// current phase calls for: state -> phase -> material -> edits -> documents -> bytes.
//
// In goes a state ([state.Rotation]), the private keys that it names where the
// custody lets a live host have them, and, for [PostRender], a stream of
// Kubernetes manifests as Helm writes it. Out come the bytes and a [Report] of
// what changed, what was already right and what was left alone.
//
//	out, err := render.PostRender(render.Input{State: s, Keys: keys, Stream: in})
//	// out.Stream: the stream of the phase; out.Report: one line per field
//
// Three forms of one phase: [PostRender] edits a rendered stream, [Values]
// writes Helm values, [Manifests] writes the PKI objects themselves.
//
// The rules that hold for all of them:
//
//   - The same state and input give the same bytes: no clock, no host, no
//     version of this tool, no order of a Go map reaches the output.
//   - A document without an edit leaves as it came, byte for byte; in an edited
//     one only the edited field moves.
//   - Whole or refused: a required object that is missing, a target that stands
//     twice, a stream of another chart family or a cut stream is an error.
//   - Structure is checked, dates never are: rendering takes no instant.
package render
