// Package rotation moves a Linkerd PKI from one phase to the next, or back, and
// refuses every step after which two proxies could fail to trust each other.
//
// In go a state ([state.Rotation]), [Evidence] (observations of live clusters
// and what a person vouches for), one instant and, where something is minted, a
// source of randomness. Out comes a [Move]: the new state and why it was
// allowed, or a refusal that names every pair (bundle, chain) that would fail.
//
//	move, err := rotation.Advance(s, rotation.Options{}, evidence, instant)
//	// move.State: the next state file; move.Verdict, move.Needs: why it is safe
//
// Three ideas carry the package:
//
//   - [Material]: each phase is a pair (D, I), the bundle that the control plane
//     delivers and the chain that identity signs with.
//   - [Live]: which bundles endpoints may hold and which chains they may serve
//     now, as the log and the evidence bound them, over all linked clusters.
//   - [Judge]: going from (D, I) to (D', I') is safe if and only if every live
//     bundle verifies I', D' verifies every live chain, and D' verifies I'. It
//     has no direction: it judges advances, reverts, jumps and hand edits.
//
// Nothing here reads a clock, a file or a random source, and nothing is
// printed. A second rotation, dead material without accepted downtime, and
// certificates that end before the plan does are refused with the arithmetic.
package rotation
