// Command l5d-pki-render-kms signs with a key that lives in an HSM, a TPM, a
// cloud's KMS or an ssh agent, for `l5d-pki-render start --signer URI`: one
// request on stdin, one reply on stdout (docs/custody.md). It is a module of its
// own: the clients of the back ends are larger than all of l5d-pki-render.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// maxRequest caps a request, in bytes: an URI and a digest, or the whole
// to-be-signed part of a certificate where the key hashes itself (Ed25519).
const maxRequest = 1 << 20

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "l5d-pki-render-kms: error: %v\n", err)
		os.Exit(1)
	}
}

// serve answers one request. What a back end refuses is a reply, not an error.
func serve(in io.Reader, out io.Writer) error {
	var q request
	decoder := json.NewDecoder(io.LimitReader(in, maxRequest))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&q); err != nil {
		return fmt.Errorf("the request is not understood: %w", err)
	}
	return json.NewEncoder(out).Encode(answer(q))
}
