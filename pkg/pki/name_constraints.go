package pki

import (
	"encoding/asn1"
	"slices"
	"strings"
)

// Tags of GeneralName (RFC 5280 section 4.2.1.6).
const (
	tagDNS       = 2
	tagDirectory = 4
	tagIP        = 7
	lastNameTag  = 8
)

var (
	oidSubjectAltName   = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidKeyUsage         = asn1.ObjectIdentifier{2, 5, 29, 15}
	oidBasicConstraints = asn1.ObjectIdentifier{2, 5, 29, 19}
	oidNameConstraints  = asn1.ObjectIdentifier{2, 5, 29, 30}
	oidAuthorityKeyID   = asn1.ObjectIdentifier{2, 5, 29, 35}
)

// generalName is a name or the base of a constraint; value is empty for those
// kinds that webpki does not look into.
type generalName struct {
	tag   int
	value []byte
}

// nameConstraints are those of one authority (RFC 5280 section 4.2.1.10).
type nameConstraints struct{ permitted, excluded []generalName }

// extension is the DER value of an extension, nil if absent.
func (c Certificate) extension(id asn1.ObjectIdentifier) []byte {
	for _, e := range c.Extensions {
		if e.Id.Equal(id) {
			return e.Value
		}
	}
	return nil
}

// presentedNames are the names that constraints above c apply to: its subject
// alternative names and, as webpki counts, always the subject.
func (c Certificate) presentedNames() (names []generalName, wellFormed bool) {
	names = []generalName{{tag: tagDirectory}}
	raw := c.extension(oidSubjectAltName)
	if raw == nil {
		return names, true
	}
	items, ok := sequence(raw)
	for _, item := range items {
		name, known := toGeneralName(item)
		names, ok = append(names, name), ok && known
	}
	return names, ok
}

// constraints reads c's name constraints; none is an empty value.
func (c Certificate) constraints() (n nameConstraints, wellFormed bool) {
	raw := c.extension(oidNameConstraints)
	if raw == nil {
		return n, true
	}
	lists, ok := sequence(raw)
	for _, list := range lists {
		bases, read := subtrees(list.Bytes)
		ok = ok && read && list.Class == asn1.ClassContextSpecific && list.Tag <= 1
		if list.Tag == 0 {
			n.permitted = bases
		} else {
			n.excluded = bases
		}
	}
	return n, ok
}

// subtrees reads GeneralSubtrees; minimum and maximum are not allowed.
func subtrees(der []byte) (bases []generalName, wellFormed bool) {
	items, ok := values(der)
	for _, item := range items {
		fields, read := values(item.Bytes)
		if !read || len(fields) != 1 {
			return nil, false
		}
		base, known := toGeneralName(fields[0])
		bases, ok = append(bases, base), ok && known
	}
	return bases, ok
}

func toGeneralName(v asn1.RawValue) (generalName, bool) {
	return generalName{v.Tag, v.Bytes}, v.Class == asn1.ClassContextSpecific && v.Tag <= lastNameTag
}

// sequence reads the items of one DER SEQUENCE that fills der.
func sequence(der []byte) ([]asn1.RawValue, bool) {
	var outer asn1.RawValue
	rest, err := asn1.Unmarshal(der, &outer)
	if err != nil || len(rest) > 0 || outer.Tag != asn1.TagSequence {
		return nil, false
	}
	return values(outer.Bytes)
}

// values reads DER values that stand one after the other.
func values(der []byte) (items []asn1.RawValue, wellFormed bool) {
	for len(der) > 0 {
		var item asn1.RawValue
		rest, err := asn1.Unmarshal(der, &item)
		if err != nil {
			return nil, false
		}
		items, der = append(items, item), rest
	}
	return items, true
}

// admit tells whether the constraints allow the name, as webpki decides: no
// excluded base may match, and of the permitted bases of the name's kind, if
// there are any, one must. spend is called once per comparison and ends the
// search by returning false.
func (n nameConstraints) admit(name generalName, spend func() bool) bool {
	mismatch, match := false, false
	for _, base := range n.permitted {
		if base.tag != name.tag {
			continue
		}
		fits, ok := matches(name, base, false)
		if !ok || !spend() {
			return false
		}
		match, mismatch = match || fits, mismatch || !fits
	}
	if mismatch && !match {
		return false
	}
	return !slices.ContainsFunc(n.excluded, func(base generalName) bool {
		if base.tag != name.tag {
			return false
		}
		fits, ok := matches(name, base, true)
		return fits || !ok || !spend()
	})
}

// matches compares a name with a base of its own kind. What webpki has no rule
// for (directory names, URIs, e-mail addresses, …) it refuses: never permitted,
// always excluded.
func matches(name, base generalName, excluded bool) (fits, wellFormed bool) {
	switch name.tag {
	case tagDNS:
		return dnsMatches(string(name.value), string(base.value), excluded)
	case tagIP:
		return ipMatches(name.value, base.value)
	}
	return excluded, true
}

// dnsMatches follows webpki: ASCII case aside, the name equals the base or ends
// with it at a label; a base with a leading dot means subdomains only; an empty
// base means every name. A wildcard stands for any label only against an
// excluded base.
func dnsMatches(name, base string, excluded bool) (fits, wellFormed bool) {
	if !isDNSName(strings.TrimPrefix(name, "*.")) || base != "" && !isDNSName(strings.TrimPrefix(base, ".")) {
		return false, false
	}
	name, base = strings.ToLower(name), strings.ToLower(base)
	if base == "" || name == base {
		return true, true
	}
	if excluded && strings.HasPrefix(name, "*.") {
		if _, parent, found := strings.Cut(base, "."); found && parent == name[2:] {
			return true, true
		}
	}
	return strings.HasSuffix(name, "."+strings.TrimPrefix(base, ".")), true
}

// isDNSName is webpki's idea of a DNS name, its length limits included.
func isDNSName(name string) bool {
	if len(name) > 253 {
		return false
	}
	labels := strings.Split(name, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' || strings.Trim(label, labelBytes) != "" {
			return false
		}
	}
	return strings.Trim(labels[len(labels)-1], "0123456789") != ""
}

const labelBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

// ipMatches compares an address with a base of address and mask.
func ipMatches(address, base []byte) (fits, wellFormed bool) {
	size := len(address)
	if (size != 4 && size != 16) || (len(base) != 8 && len(base) != 32) {
		return false, false
	}
	if len(base) != 2*size {
		return false, true // the other family
	}
	for i := range size {
		if address[i]&base[size+i] != base[i]&base[size+i] {
			return false, true
		}
	}
	return true, true
}
