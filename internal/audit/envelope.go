package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// Payload types of envelopes.
const (
	StatementPayload = "application/vnd.in-toto+json"
	HeadPayload      = "application/vnd.l5d-pki-render.audit-head+json"
)

// envelope is a DSSE envelope (secure-systems-lab/dsse, envelope.md). Without
// signatures it can be signed later.
type envelope struct {
	PayloadType string      `json:"payloadType"`
	Payload     string      `json:"payload"` // base64
	Signatures  []signature `json:"signatures"`
}

// signature is an SSH signature (openssh, PROTOCOL.sshsig) over [Signable], without
// the armor. It names its own key, so there is no keyid, which nothing would sign.
type signature struct {
	Sig string `json:"sig"` // base64
}

// Signable is what a signature of an envelope is over: DSSE's "pre-authentication encoding".
func Signable(payloadType string, payload []byte) []byte {
	return fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(payloadType), payloadType, len(payload), payload)
}

// Seal puts a payload into an envelope. armored is an SSH signature as ssh-keygen
// writes it; nil leaves the envelope unsigned.
func Seal(payloadType string, payload, armored []byte) ([]byte, error) {
	e := envelope{payloadType, base64.StdEncoding.EncodeToString(payload), []signature{}}
	if armored != nil {
		blob, err := base64.StdEncoding.Strict().DecodeString(body(string(armored)))
		if err != nil {
			return nil, err
		}
		e.Signatures = append(e.Signatures, signature{base64.StdEncoding.EncodeToString(blob)})
	}
	return encode(e), nil
}

// opened is an envelope that was read.
type opened struct {
	payload []byte
	armored []byte // nil where it is not signed
}

// open reads an envelope in the one form that Seal writes.
func open(file []byte, payloadType string) (opened, error) {
	var e envelope
	if err := decode(file, &e); err != nil {
		return opened{}, err
	}
	if e.PayloadType != payloadType {
		return opened{}, fmt.Errorf("the payload is not %s", payloadType)
	}
	payload, err := base64.StdEncoding.Strict().DecodeString(e.Payload)
	if err != nil {
		return opened{}, fmt.Errorf("the payload is not base64")
	}
	if len(e.Signatures) > 1 {
		return opened{}, fmt.Errorf("it has %d signatures", len(e.Signatures))
	}
	o := opened{payload: payload}
	for _, s := range e.Signatures {
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Sig); err != nil {
			return opened{}, fmt.Errorf("the signature is not base64")
		}
		o.armored = armor(s.Sig)
	}
	if same, err := Seal(payloadType, payload, o.armored); err != nil || !bytes.Equal(same, file) {
		return opened{}, fmt.Errorf("the bytes are not in the form that they are written in")
	}
	return o, nil
}

const (
	beginSignature = "-----BEGIN SSH SIGNATURE-----\n"
	endSignature   = "-----END SSH SIGNATURE-----\n"
)

// body is the base64 of an armored signature, on one line.
func body(armored string) string {
	armored = strings.TrimPrefix(strings.ReplaceAll(armored, "\r\n", "\n"), beginSignature)
	return strings.ReplaceAll(strings.TrimSuffix(armored, endSignature), "\n", "")
}

// armor is the text that ssh-keygen reads, in lines of 70 characters.
func armor(base64 string) []byte {
	var b strings.Builder
	b.WriteString(beginSignature)
	for len(base64) > 0 {
		n := min(70, len(base64))
		b.WriteString(base64[:n] + "\n")
		base64 = base64[n:]
	}
	b.WriteString(endSignature)
	return []byte(b.String())
}

// encode writes JSON in one form: no white space but a newline at the end.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("audit: texts and numbers always marshal: " + err.Error())
	}
	return b.Bytes()
}

// decode reads JSON in the form of encode, and no other. Fields that v lacks, fields
// that are set twice and white space all change what encode makes of v.
func decode(text []byte, v any) error {
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	if !bytes.Equal(encode(v), text) {
		return fmt.Errorf("the JSON is not in the form that it is written in")
	}
	return nil
}

// Sum is the SHA-256 of a text, in lower-case hex.
func Sum(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
