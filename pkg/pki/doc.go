// Package pki knows the facts about PEM and X.509 that a Linkerd rotation
// rests on: trust anchors and bundles, issuer chains, private keys,
// verification as Go does it (linkerd-identity, the CLI) and as webpki does it
// (the proxies), and lint.
//
// PEM text goes in, parsed and checked values come out, and canonical PEM goes
// back out: CERTIFICATE blocks, LF, 64 columns, no newline at the end.
//
//	bundle, err := pki.ParseBundle(anchors)
//	chain, err := pki.ParseChain(issuer)
//	err = pki.VerifyIssuer(bundle, chain, pki.GoRules, at)
//
// Reading accounts for every byte, unlike encoding/pem, which skips damage: a
// damaged, indented, truncated or glued block, PEM headers, a private key or
// another type of block among certificates, text after the last block, a
// duplicate, and an anchor that is not self-signed are each refused, all of one
// input together. Accepted are CRLF, white space at the end of lines, blank
// lines, and # comments before a block.
//
// Nothing here reads a clock, a file or randomness: instants are arguments. No
// error and no printed value carries PEM text or a byte of a key.
package pki
