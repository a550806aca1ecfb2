package secret

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// eachLine is a form in which something stands around each line: %d in it is the
// number of the line, %s the line.
func eachLine(name, form string) encoding {
	return encoding{name, func(t string) string {
		var out strings.Builder
		for i, line := range strings.Split(strings.TrimSpace(t), "\n") {
			out.WriteString(strings.NewReplacer("%d", fmt.Sprint(i+8), "%s", line).Replace(form))
		}
		return "\n" + out.String()
	}}
}

// lineForms are what logs, tools and people put around the lines of a PEM block.
func lineForms() []encoding {
	return []encoding{
		eachLine("container log", "2026-11-03T09:30:00.%d23Z stdout F %s\n"), eachLine("CI log", "[12:01:07] %s\n"), eachLine("log of Spring", "12:01:07.%d INFO 1 --- [main] c.e.App : %s\n"),
		eachLine("grep", "keys/a.key:%s\n"), eachLine("grep with numbers", "%d:%s\n"), eachLine("grep below a long path", "clusters/production/Linkerd2/identity/k3y.pem:%d:%s\n"), eachLine("numbers", "    %d\t%s\n"),
		eachLine("Dockerfile", "RUN echo %s >> k.pem\n"), eachLine("script", "k=\"${k}%s\\n\"\n"), eachLine("code", "\tkey += \"%s\\n\" // line %d\n"), eachLine("printf", "printf '%s\\n' >>k;\n"),
		eachLine("log of Docker", `{"log":"%s\n","stream":"stdout","time":"2026-11-03T09:30:00.%dZ"}`+"\n"), eachLine("log in a string", `2026-11-03T09:30:00Z %s\n`), eachLine("colors", "\x1b[32m%s\x1b[0m\n"),
		eachLine("table", "| %d | %s | |\n"), eachLine("table of HTML", "<tr><td>%d</td><td>%s</td></tr>\n"), eachLine("table of HTML in a line", "<tr><td>%d</td><td>%s</td></tr>"),
		eachLine("patch in a log", "12:01:07 +%s\n"), eachLine("patch with numbers", "%d:+%s\n"), eachLine("removed, with numbers", "%d:-%s\n"), eachLine("mail in mail", "> >> %s\r\n"), eachLine("notes behind lines", "%s  # line %d\n"),
		eachLine("script in a line", "echo '%s' >> k.pem; "), eachLine("script in a line with conditions", "echo %s>>$K && "), eachLine("container's ID", "3f1c9a77d2b04be18c6a5f0e9d8c7b6a3f1c9a77d2b04be18c6a5f0e9d8c7b6a Pod%d %s\n"),
		eachLine("lines between", "09:30:0%d F %s\n09:30:00 F GET /healthz 200\n"), eachLine("names before lines", "line%d = %s\n"), eachLine("PHP log", `{"message":"%s","n":%d}`+"\n"),
	}
}

// TestLineForms: a key whose lines have something around them, found once and whole.
func TestLineForms(t *testing.T) {
	for kind, key := range keyTexts() {
		if !strings.HasPrefix(key, "-----") {
			continue
		}
		for _, e := range lineForms() {
			text := "some: words\n" + e.encode(key) + "\nmore: words and words\n"
			found := Find([]byte(text))
			if len(found) != 1 || found[0].Form != "PEM private key" || !strings.HasPrefix(text[found[0].Offset:], "-----") {
				t.Errorf("%s/%s: %+v in %.300q", kind, e.name, found, text)
			} else if last := strings.LastIndex(text, "KEY-----") + 8; found[0].end != int64(last) {
				t.Errorf("%s/%s ends at %d, want %d", kind, e.name, found[0].end, last)
			}
		}
	}
}

// TestBrokenInLines: what no reader understands is reported in lines as it is
// without them, and a key without an END marker is found.
func TestBrokenInLines(t *testing.T) {
	key := inPEM("RSA PRIVATE KEY", rsaPKCS1)
	lines := strings.Split(strings.TrimSpace(key), "\n")
	encrypted := lines[0] + "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n" + wrap(b64(string(noise(600))), 64, "\n") + "\n" + lines[len(lines)-1]
	log := eachLine("", "2026-11-03T09:30:00Z stdout F %s\n").encode
	for name, c := range map[string]struct{ text, want string }{
		"encrypted":   {log(encrypted), "encrypted PEM private key"},
		"damaged":     {log(strings.Join(append(lines[:1:1], lines[3:]...), "\n")), "PEM private key"},
		"cut off":     {log(strings.Join(lines[:8], "\n")), "PEM private key"},
		"no end":      {log(strings.Join(lines[:len(lines)-1], "\n")) + "the next line\nand one more\n", "PEM private key"},
		"in base64":   {b64(log(key)), "base64 of a PEM private key"},
		"OpenSSH":     {log(inPEM("OPENSSH PRIVATE KEY", append([]byte("openssh-key-v1\x00"), noise(90)...))), "OpenSSH private key"},
		"PGP":         {log("-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 1\n\n" + wrap(b64(string(noise(300))), 64, "\n") + "\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----"), "PGP private key"},
		"key and key": {log(key) + log(key), "PEM private key"},
	} {
		found := Find([]byte(c.text))
		if len(found) == 0 || found[0].Form != c.want {
			t.Errorf("%s: %+v, want %q", name, found, c.want)
		}
		if name == "no end" && len(found) == 1 && found[0].end > int64(len(c.text)-len("and one more\n")) {
			t.Errorf("it takes more than the next line: %d", found[0].end)
		}
	}
}

// colons are bytes as OpenSSL prints them, after each line something.
func colons(bytes []byte, before string) string {
	pairs := strings.Split(wrap(hex.EncodeToString(bytes), 2, ":"), ":")
	var out strings.Builder
	for len(pairs) > 15 {
		out.WriteString(before + strings.Join(pairs[:15], ":") + ":\n")
		pairs = pairs[15:]
	}
	return out.String() + before + strings.Join(pairs, ":") + "\n"
}

// TestPrinted: keys as tools print them for people.
func TestPrinted(t *testing.T) {
	d, err := ecKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	ec := "Private-Key: (256 bit)\npriv:\n" + colons(d, "    ") + "pub:\n" + colons(append([]byte{4}, noise(64)...), "    ") + "ASN1 OID: prime256v1\n"
	rsa := "Private-Key: (2048 bit, 2 primes)\nmodulus:\n" + colons(rsaKey.N.Bytes(), "    ") + "publicExponent: 65537 (0x10001)\nprivateExponent:\n" + colons(rsaKey.D.Bytes(), "    ") + "prime1:\n" + colons(rsaKey.Primes[0].Bytes(), "    ") + "the end\n"
	for name, text := range map[string]string{
		"EC": ec, "RSA": rsa, "EC in capitals": strings.NewReplacer(strings.ToLower(hex.EncodeToString(d))[:2], strings.ToUpper(hex.EncodeToString(d))[:2]).Replace(ec),
		"Ed25519": "ED25519 Private-Key:\npriv:\n" + colons(edKey.Seed(), "    "), "DH": "DH Private-Key: (2048 bit)\n    private-key:\n" + colons(noise(256), "        "),
		"GnuTLS": "private key:\n" + colons(d, "\t"), "in a line": "priv: " + wrap(hex.EncodeToString(d), 2, ":"), "in JSON": strings.ReplaceAll(ec, "\n", `\n`),
		"in a log": eachLine("", "2026-11-03T09:30:00Z stdout F %s\n").encode(ec), "in mail": eachLine("", "> %s\r\n").encode(rsa), "in base64": b64(rsa),
	} {
		if found := Find([]byte(text)); len(found) != 1 || !strings.Contains(found[0].Form, "private key printed by OpenSSL") {
			t.Errorf("%s: %+v", name, found)
		}
	}
	if cut := Cut(rsa); !strings.HasSuffix(cut, "the end\n") || strings.Contains(cut, "prime1") {
		t.Errorf("cut: %.200q", cut)
	}
}

// TestNoKeyInLines: what only looks like a key in lines.
func TestNoKeyInLines(t *testing.T) {
	log := eachLine("", "2026-11-03T09:30:00.1Z stdout F %s\n").encode
	certificate := inPEM("CERTIFICATE", noise(800))
	for name, text := range map[string]string{
		"a log":             log("the file begins with -----BEGIN PRIVATE KEY-----\nGET /healthz HTTP/1.1 200\nand\nends with\n-----END PRIVATE KEY-----"),
		"paths":             "grep: -----BEGIN PRIVATE KEY-----\na: /usr/share/Linkerd/extensions/long/path/v2/file\nb: github.com/Owner/repository/internal/v1/manifest1\n-----END PRIVATE KEY-----",
		"dots":              log("-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----"),
		"dots behind lines": log("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n...\n-----END PRIVATE KEY-----"),
		"a certificate":     "a -----BEGIN PRIVATE KEY----- is refused:\n" + log(certificate) + "-----END PRIVATE KEY-----",
		"a table":           "| kind | marker |\n| key | -----BEGIN PRIVATE KEY----- |\n| request | -----BEGIN CERTIFICATE REQUEST----- |\n",
		"digests":           "# no -----BEGIN PRIVATE KEY----- here at all\n" + hex.EncodeToString(noise(32)) + "  a\n" + hex.EncodeToString(noise(32)) + "  b\n# -----END PRIVATE KEY-----\n",
		"a public key":      "Public-Key: (2048 bit)\nModulus:\n" + colons(noise(257), "    ") + "Exponent: 65537 (0x10001)\n",
		"private, in words": "priv: 12:01:07 and 12:02:09\nprivate key: see below\n" + colons(noise(6), ""),
		"fingerprint":       "private CA\nSHA256 Fingerprint=" + strings.ToUpper(wrap(hex.EncodeToString(noise(32)), 2, ":")) + "\n",
	} {
		if found := Find([]byte(text)); len(found) > 0 {
			t.Errorf("%s: %+v", name, found)
		}
	}
}
