package problem

// What minting (pkg/pki, mint*.go) says.
var (
	MintPeriod = Sentence{
		Code:    "mint-period",
		Text:    "a certificate from %s to %s would never be valid",
		Hint:    "ask for a longer validity, or renew the signer first",
		Explain: "A certificate ends no later than its signer. When the signer ends before the new certificate would begin, nothing useful can be made.",
	}
	MintForeignKey = Sentence{
		Code:    "mint-foreign-key",
		Text:    "the private key handed in is not that of %q (%s)",
		Hint:    "hand in the key that belongs to this certificate",
		Explain: "Signing with another key than the certificate's would give a chain that nobody verifies. The certificate is named by its common name and the beginning of its fingerprint.",
	}
	MintRefused = Sentence{
		Code:    "mint-refused",
		Text:    "a certificate for %q could not be made",
		Hint:    "check the kind of the keys: ECDSA P-256 and RSA with 2048 bits and more are supported",
		Explain: "The signature library refused the template or the key. Key material is never repeated in messages.",
	}
	MintRandomness = Sentence{
		Code:    "mint-randomness",
		Text:    "the random source gave no usable bytes",
		Hint:    "run again; if it stays, check the system's random source",
		Explain: "Keys and serial numbers are made from a random source. It ended early or gave the same unusable bytes again and again.",
	}
	MintPathLen = Sentence{
		Code:    "mint-path-length",
		Text:    "anchor %q has path length 0 and can sign no other CA's certificate",
		Hint:    "use --strategy bundle, which needs no signature of the outgoing anchor",
		Explain: "A cross certificate puts one more CA between the anchor and the issuer. An anchor with path length 0 forbids that, and identity refuses such a chain.",
	}
	MintRequest = Sentence{
		Code:    "mint-request",
		Text:    "the certificate signing request is damaged or not signed by its own key",
		Hint:    "make the request again with --csr-out",
		Explain: "A request is one PEM block of type CERTIFICATE REQUEST, signed by the key that it asks a certificate for.",
	}
	MintNothingSigned = Sentence{
		Code:    "mint-nothing-signed",
		Text:    "no certificate came back for the request",
		Hint:    "hand in the signed certificate with --signed FILE",
		Explain: "The file with the signed certificate holds no certificate.",
	}
	MintSignedKey = Sentence{
		Code:    "mint-signed-key",
		Text:    "the signed certificate %q (%s) has another key than the request",
		Hint:    "hand in the certificate that was made for this request",
		Explain: "The certificate was issued for another request, or the signer made a key of its own.",
	}
	MintSignedName = Sentence{
		Code:    "mint-signed-name",
		Text:    "the signed certificate is for %q, the request for %q",
		Hint:    "let the signer copy the subject of the request byte for byte",
		Explain: "Go and webpki compare names as bytes. A signer that rewrites or re-encodes the subject makes certificates that match nothing.",
	}
	MintSignedLeaf = Sentence{
		Code:    "mint-signed-leaf",
		Text:    "the signed certificate %q is not a CA certificate",
		Hint:    "let the signer use a profile for subordinate CAs (CA: true, path length 0)",
		Explain: "An issuer signs the leaves of proxies, so it must be a CA.",
	}
)
