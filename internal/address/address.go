// Package address takes credentials out of the addresses of Git remotes, and
// out of texts that quote them. What remains is for people to read; it need not
// be an address that still works.
package address

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/internal/order"
)

// hidden replaces what is left out.
const hidden = "***"

// helper is a remote helper and its address, as in "ext::COMMAND".
var helper = lazy.New(`^[A-Za-z0-9][A-Za-z0-9+.-]*::`)

// Redact returns an address without its login, its query and the arguments of a
// remote helper. A password that is not escaped may hold anything, so the login
// reaches to the last "@". The user of an SSH address without a password stays.
func Redact(text string) string {
	if found := helper.FindString(text); found != "" {
		return found + hidden
	}
	scheme, rest := split(text)
	at, query := strings.LastIndex(rest, "@"), strings.IndexAny(rest, "?#")
	if query >= 0 && at > query { // a password with a question mark, or a query with an "@"
		return plain(scheme + hidden)
	}
	if query >= 0 {
		rest = rest[:query]
	}
	if at >= 0 && !(isSSH(scheme) && isUser(rest[:at])) {
		rest = rest[at+1:]
	}
	return plain(scheme + rest)
}

// plain keeps an address on one line.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, text)
}

var scheme = lazy.New(`^[A-Za-z][A-Za-z0-9+.-]*://`)

// split cuts an address behind its scheme, which is "" in user@host:path.
func split(text string) (before, rest string) {
	before = scheme.FindString(text)
	return before, text[len(before):]
}

// isSSH reports whether the login of an address is one of SSH, where a user
// without a password is no secret.
func isSSH(before string) bool {
	return slices.Contains([]string{"", "ssh://", "git+ssh://", "ssh+git://"}, strings.ToLower(before))
}

var user = lazy.New(`^[A-Za-z_][A-Za-z0-9_.-]{0,31}$`)

func isUser(login string) bool { return user.MatchString(login) }

// secrets lists the parts of an address that no text may show: the login, and
// the pieces into which a program may have cut it when it read it wrongly.
func secrets(text string) (found []string) {
	if prefix := helper.FindString(text); prefix != "" {
		found = pieces(text[len(prefix):])
	}
	before, rest := split(text)
	if at := strings.LastIndex(rest, "@"); at >= 0 && !(isSSH(before) && isUser(rest[:at])) {
		login := rest[:at]
		name, password, _ := strings.Cut(login, ":")
		found = append(append(found, login, password), pieces(password)...)
		if password == "" || password == "x-oauth-basic" { // a token may stand for the user
			found = append(found, slices.DeleteFunc(pieces(name), isName)...)
		}
	}
	if query := strings.IndexAny(rest, "?#"); query >= 0 {
		for _, piece := range pieces(rest[query:]) {
			_, value, _ := strings.Cut(piece, "=")
			found = append(found, value)
		}
		found = append(found, slices.DeleteFunc(pieces(rest[query:]), func(p string) bool { return strings.Contains(p, "=") })...)
	}
	return found
}

// pieces cuts a text at the delimiters of addresses, also where they are escaped.
func pieces(text string) []string {
	cut := func(text string) []string {
		return strings.FieldsFunc(text, func(r rune) bool { return r <= ' ' || strings.ContainsRune(`:@/?#&'"%`, r) })
	}
	found := cut(text)
	if clear, err := url.PathUnescape(text); err == nil {
		found = append(append(found, clear), cut(clear)...)
	}
	return found
}

// isName reports whether a user without a password looks like a name and not
// like a token: it is short and has no digits.
func isName(user string) bool { return len(user) < 12 && !strings.ContainsAny(user, "0123456789") }

// short is the length of parts, in bytes, that are not looked for: a text would
// be full of them.
const short = 3

// Forms of addresses that a text may quote although they were not known.
var forms = []struct {
	form *lazy.Regexp
	with string
}{
	{lazy.New(`(^|[\s'"(])([A-Za-z][A-Za-z0-9+.-]*::)\S.*`), "${1}${2}" + hidden},
	{lazy.New(`([A-Za-z][A-Za-z0-9+.-]*://)\S*@`), "${1}" + hidden + "@"},
	{lazy.New(`([A-Za-z][A-Za-z0-9+.-]*://[^\s?#]*)[?#][^\s]*`), "${1}?" + hidden},
	{lazy.New(`[^\s:'"]+:[^\s:/][^\s]*@`), hidden + "@"},
	{lazy.New(`([?&][A-Za-z_.-]*=)[^\s&]+`), "${1}" + hidden},
}

// RedactText returns a text without the credentials of addresses: of those that
// are known to be in use, and of whatever looks like one.
func RedactText(text string, known ...string) string {
	var parts []string
	for _, address := range known {
		if address != "" {
			text = strings.ReplaceAll(text, address, Redact(address))
			parts = append(parts, secrets(address)...)
		}
	}
	order.By(parts, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) }) // the whole before its pieces
	parts = slices.Compact(parts)
	for _, part := range parts {
		if len(part) > short {
			text = strings.ReplaceAll(text, part, hidden)
		}
	}
	for _, f := range forms {
		text = f.form.ReplaceAllString(text, f.with)
	}
	return text
}
