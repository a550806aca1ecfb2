package pki

import (
	"bytes"
	"encoding/asn1"
	"encoding/hex"
	"slices"
)

// webpkiSize bounds the contents of every DER value that rustls-webpki reads, in bytes
// (src/der.rs, TWO_BYTE_DER_SIZE).
const webpkiSize = 1<<16 - 1

// webpkiAlgorithms are the identifiers of signature algorithms, parameters included, that
// proxies verify: compared byte by byte (pki-types, alg_id).
var webpkiAlgorithms = []string{
	"06082a8648ce3d040302", "06082a8648ce3d040303", "06082a8648ce3d040304", // ECDSA with SHA-256, -384, -512
	"06092a864886f70d01010b0500", "06092a864886f70d01010c0500", "06092a864886f70d01010d0500", // RSA with the same
	"06032b6570", // Ed25519
}

// Fields of TBSCertificate by their position (RFC 5280 section 4.1); the extensions are
// the last one.
const (
	tbsVersion  = 0
	tbsValidity = 4
	tbsKey      = 6
	tbsFields   = 8
)

// unreadAnchor says why rustls-webpki does not read an anchor, "" if it does: proxies
// leave such an anchor out of their store (src/cert.rs, src/trust_anchor.rs). What 0.104
// reads and 0.103 does not counts as unread.
func unreadAnchor(c Certificate) string {
	tbs, why := tbsOf(c)
	if why != "" {
		return why
	}
	if tbs[tbsVersion].Class != asn1.ClassContextSpecific {
		return "" // version 1: its name and its key are all that is read
	}
	switch extensions := len(tbs) - tbsKey - 1; {
	case slices.ContainsFunc(tbs[tbsKey+1:], func(v asn1.RawValue) bool { return v.Tag != 3 }):
		return "a unique identifier of the issuer or the subject"
	case extensions == 0:
		return ""
	}
	return unreadExtensions(tbs[tbsFields-1].Bytes)
}

// unreadChain is unreadAnchor for a certificate below an anchor, of which dates,
// signature algorithm and basic constraints are read as well.
func unreadChain(c Certificate) string {
	if why := unreadAnchor(c); why != "" {
		return why
	}
	tbs, _ := tbsOf(c)
	outer, _ := sequence(c.Raw)
	if !slices.Contains(webpkiAlgorithms, hex.EncodeToString(outer[1].Bytes)) {
		return "a signature algorithm with other parameters than proxies know"
	}
	dates, _ := values(tbs[tbsValidity].Bytes)
	for _, date := range dates {
		if n := len("YYMMDDhhmmssZ") + 2*(date.Tag-asn1.TagUTCTime); len(date.Bytes) != n || date.Bytes[n-1] != 'Z' {
			return "a date without seconds or in another time zone than UTC"
		}
	}
	if len(dates) != 2 || c.NotBefore.Unix() < 0 {
		return "a date before 1970"
	}
	if constraints := c.extension(oidBasicConstraints); constraints != nil {
		return unreadConstraints(constraints)
	}
	return ""
}

// tbsOf are the fields of the part that is signed.
func tbsOf(c Certificate) (tbs []asn1.RawValue, why string) {
	outer, ok := sequence(c.Raw)
	if !ok || len(outer) != 3 {
		return nil, "more than one certificate"
	}
	if inner := len(outer[0].Bytes); inner >= webpkiSize || len(c.Raw) >= webpkiSize {
		return nil, "64 KiB or more"
	}
	if tbs, ok = values(outer[0].Bytes); !ok || len(tbs) < tbsKey {
		return nil, "too few fields"
	}
	return tbs, ""
}

// unreadExtensions looks at the form of extensions. Those that webpki reads hold one
// SEQUENCE, but for the key usage, which it keeps as it is.
func unreadExtensions(der []byte) string {
	list, ok := sequence(der)
	for _, extension := range list {
		fields, read := values(extension.Bytes)
		ok = ok && read && len(fields) >= 2 && len(fields) <= 3 && fields[0].Tag == asn1.TagOID
		if !ok {
			break
		}
		var id asn1.ObjectIdentifier
		_, err := asn1.Unmarshal(fields[0].FullBytes, &id)
		value := fields[len(fields)-1]
		ok = err == nil && value.Tag == asn1.TagOctetString
		if ok && isKnownExtension(id) && !id.Equal(oidKeyUsage) {
			_, ok = sequence(value.Bytes)
		}
	}
	if !ok {
		return "an extension with more than its value"
	}
	return ""
}

// unreadConstraints reads basic constraints: an optional BOOLEAN, an optional INTEGER of
// one byte, and nothing else (src/verify_cert.rs, check_basic_constraints).
func unreadConstraints(der []byte) string {
	fields, ok := sequence(der)
	if ok && len(fields) > 0 && fields[0].Tag == asn1.TagBoolean {
		ok = bytes.Equal(fields[0].Bytes, []byte{0xff}) || bytes.Equal(fields[0].Bytes, []byte{0})
		fields = fields[1:]
	}
	if ok && len(fields) > 0 && fields[0].Tag == asn1.TagInteger {
		number := bytes.TrimPrefix(fields[0].Bytes, []byte{0})
		if len(number) > 1 {
			return "a path length above 255"
		}
		fields = fields[1:]
	}
	if !ok || len(fields) > 0 {
		return "basic constraints with more than their two values"
	}
	return ""
}
