package pki

import (
	"bytes"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

var (
	readA = testAnchor("anchor a")
	readB = testAnchor("anchor b")
	readI = readA.issues(testIssuerName)
)

func TestParseBundleAccepts(t *testing.T) {
	a, b := string(readA.PEM()), string(readB.PEM())
	tests := map[string]struct {
		input string
		want  int
	}{
		"one":                           {a, 1},
		"two":                           {a + "\n" + b, 2},
		"final newline":                 {a + "\n", 1},
		"blank lines at the end":        {a + "\n\n \t\n", 1},
		"blank lines before":            {"\n\n" + a + "\n\n\n" + b, 2},
		"crlf":                          {strings.ReplaceAll(a+"\n"+b+"\n", "\n", "\r\n"), 2},
		"comments before blocks":        {"# the outgoing anchor\n#\n" + a + "\n# die nächste\n" + b, 2},
		"comment that names a marker":   {"# -----BEGIN CERTIFICATE-----\n" + a, 1},
		"white space at line ends":      {strings.ReplaceAll(a, "\n", " \t\n") + " ", 1},
		"body on one line":              {oneLine(a), 1},
		"same subject, different keys":  {a + "\n" + string(testAnchorKeyed("anchor a", "other").PEM()), 2},
		"no certificate authority":      {string(testAnchor("leafy", notCA).PEM()), 1},
		"expired before it was read":    {string(testAnchor("old", valid(testBegin.AddDate(-9, 0, 0), testBegin.AddDate(-8, 0, 0))).PEM()), 1},
		"renewed anchor beside the old": {a + "\n" + string(testAnchor("anchor a", valid(testBegin, testEnd.AddDate(1, 0, 0))).PEM()), 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := ParseBundle([]byte(tt.input))
			if err != nil || got.Len() != tt.want {
				t.Fatalf("got %d anchors, %v; want %d", got.Len(), err, tt.want)
			}
		})
	}
}

// oneLine puts the base64 text of one block on a single line.
func oneLine(block string) string {
	lines := strings.Split(block, "\n")
	last := len(lines) - 1
	return lines[0] + "\n" + strings.Join(lines[1:last], "") + "\n" + lines[last]
}

func TestParseBundleRefuses(t *testing.T) {
	a, b := string(readA.PEM()), string(readB.PEM())
	key := string(sec1(readA.key))
	damaged := func(block, old, new string) string { return strings.Replace(block, old, new, 1) }
	body := strings.Split(a, "\n")[2] // a whole line of base64
	tests := map[string]struct {
		input string
		code  string
		text  string // part of the message
	}{
		"empty":                          {"", "pki-empty", "empty"},
		"white space only":               {" \r\n\n", "pki-empty", "empty"},
		"comments only":                  {"# nothing here\n", "pki-empty", "empty"},
		"prose":                          {"hello\n", "pki-no-block", "6 bytes"},
		"base64 of pem":                  {"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t", "pki-no-block", ""},
		"der":                            {string(readA.Raw), "pki-not-pem", "DER"},
		"too large":                      {strings.Repeat("\n", maxInput) + a, "pki-too-large", "1048576"},
		"utf-8 byte order mark":          {"\xef\xbb\xbf" + a, "pki-byte-order-mark", "UTF-8"},
		"utf-16":                         {"\xff\xfe-\x00-\x00", "pki-byte-order-mark", "UTF-16"},
		"no-break space before a block":  {"\u00a0" + a, "pki-damaged-block", "block 1 of 1 is damaged at byte 0"},
		"non-ascii outside":              {"caf\u00e9\n" + a, "pki-not-ascii", "byte 3"},
		"non-ascii in the body":          {damaged(a, body, "\u2013"+body[1:]), "pki-not-ascii", "byte 93"},
		"control character in comment":   {"# \x00\n" + a, "pki-not-ascii", "byte 0"},
		"invalid utf-8 in comment":       {"# \xff\n" + a, "pki-not-ascii", "byte 0"},
		"text before":                    {"anchor:\n" + a, "pki-text-outside", "byte 0"},
		"text between":                   {a + "\nsubject=CN\nmore\n" + b, "pki-text-outside", "byte"},
		"text after":                     {a + "\nx", "pki-trailing-text", "follows the last block"},
		"comment after":                  {a + "\n# end\n", "pki-trailing-text", "follows the last block"},
		"comment after, blank between":   {a + "\n" + b + "\n\n# end", "pki-trailing-text", "follows the last block"},
		"indented block":                 {"  " + strings.ReplaceAll(a, "\n", "\n  "), "pki-indented", "block 1 of 1"},
		"indented marker":                {a + "\n " + b, "pki-indented", "block 2 of 2"},
		"indented body line":             {damaged(a, body, " "+body), "pki-indented", "block 1 of 1"},
		"indented end":                   {damaged(a, "-----END", "\t-----END"), "pki-indented", "block 1 of 1"},
		"glued":                          {a + b, "pki-glued", "block 2 of 2"},
		"glued on the second":            {a + "\n" + b + a, "pki-glued", "block 3 of 3"},
		"truncated at the end":           {a + "\n" + b[:200], "pki-truncated", "block 2 of 2"},
		"truncated by the next":          {a[:200] + "\n" + b, "pki-truncated", "block 1 of 2 begins at byte 0"},
		"only the begin line":            {"-----BEGIN CERTIFICATE-----", "pki-truncated", "block 1 of 1"},
		"a bad character":                {a + "\n" + damaged(b, "\nM", "\n!"), "pki-damaged-block", "block 2 of 2"},
		"space inside a line":            {damaged(a, body, body[:10]+" "+body[11:]), "pki-damaged-block", "byte 103"},
		"blank line inside":              {damaged(a, body, "\n"+body), "pki-damaged-block", "byte 93"},
		"lone carriage return":           {damaged(a, body, body[:9]+"\r"+body[9:]), "pki-not-ascii", "byte 102"},
		"padding in the middle":          {damaged(a, body, body[:10]+"=="+body[12:]), "pki-damaged-block", "byte 103"},
		"a character missing":            {damaged(a, body, body[1:]), "pki-damaged-block", "block 1 of 1"},
		"nothing inside":                 {"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----", "pki-damaged-block", "byte 28"},
		"end of another type":            {damaged(a, "END CERTIFICATE", "END X509 CERTIFICATE"), "pki-damaged-block", "block 1 of 1"},
		"text after the end marker":      {a + "x", "pki-damaged-block", "block 1 of 1"},
		"end marker after base64":        {damaged(a, "\n-----END", "-----END"), "pki-damaged-block", "block 1 of 1"},
		"four dashes":                    {damaged(a, "-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE----"), "pki-damaged-block", "byte 0"},
		"begin in lower case":            {damaged(a, "BEGIN CERTIFICATE", "BEGIN certificate"), "pki-damaged-block", "byte 0"},
		"text before the marker":         {"cert: " + a, "pki-damaged-block", "block 1 of 1 is damaged at byte 0"},
		"headers":                        {damaged(a, "\n", "\nProc-Type: 4,CLEAR\n\n"), "pki-headers", "byte 28"},
		"bag attributes":                 {damaged(a, "\n", "\nfriendlyName: x\n"), "pki-headers", "byte 28"},
		"another type":                   {a + "\n" + strings.ReplaceAll(b, "CERTIFICATE", "X509 CRL"), "pki-foreign-block", `"X509 CRL"`},
		"trusted certificate":            {strings.ReplaceAll(a, "CERTIFICATE", "TRUSTED CERTIFICATE"), "pki-foreign-block", `"TRUSTED CERTIFICATE"`},
		"a key between":                  {a + "\n" + key + b, "pki-private-key-among-certificates", "block 2 of 3"},
		"a damaged key between":          {a + "\n" + damaged(key, "M", "!") + b, "pki-private-key-among-certificates", "block 2 of 3"},
		"not a certificate":              {strings.ReplaceAll(key, "EC PRIVATE KEY", "CERTIFICATE"), "pki-not-a-certificate", "block 1 of 1"},
		"two certificates in one block":  {string(marshalRaw(append(bytes.Clone(readA.Raw), readB.Raw...))), "pki-not-a-certificate", "block 1 of 1"},
		"duplicate":                      {a + "\n" + b + "\n" + a, "pki-duplicate", "certificates 1 and 3"},
		"intermediate":                   {a + "\n" + string(readI.PEM()), "pki-anchor-not-self-signed", "certificate 2"},
		"own key, another issuer's name": {string(strangeIssuer().PEM()), "pki-anchor-not-self-signed", `issued by "someone"`},
		"cross certificate of one name":  {string(testAnchorKeyed("anchor b", "other").crossSigns(readB).PEM()), "pki-anchor-not-self-signed", "certificate 1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := ParseBundle([]byte(tt.input))
			if got.Len() != 0 {
				t.Error("an error came with anchors")
			}
			wantCode(t, err, tt.code)
			if err != nil && !strings.Contains(err.Error(), tt.text) {
				t.Errorf("message %q lacks %q", err, tt.text)
			}
		})
	}
}

// strangeIssuer signs itself and names another issuer.
func strangeIssuer() Certificate {
	key := testKey("strange")
	return testSign(testTemplate("strange", nil), testTemplate("someone", nil), &key.PublicKey, key)
}

func marshalRaw(der []byte) []byte {
	fields := *readA.Certificate.Certificate
	fields.Raw = der
	return Certificate{&fields}.PEM()
}

// All problems of one input come together, in its order, one per block.
func TestParseBundleReportsAll(t *testing.T) {
	a, b := string(readA.PEM()), string(readB.PEM())
	input := "noise\n" + a + "\n" + strings.Replace(b, "M", "!", 1) + "\n" + string(sec1(readA.key)) +
		strings.Repeat("more noise\n", 3) + a[:100] + "\n" + a + "\n# end"
	_, err := ParseBundle([]byte(input))
	want := []string{"pki-text-outside", "pki-damaged-block", "pki-private-key-among-certificates", "pki-text-outside", "pki-truncated", "pki-trailing-text", "pki-duplicate"}
	if got := codes(err); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// Every block that is damaged anywhere is refused: no single changed byte may
// lose an anchor silently.
func TestNoByteIsSkipped(t *testing.T) {
	input := joined(readA.PEM(), readB.PEM())
	whole, err := ParseBundle(input)
	if err != nil {
		t.Fatal(err)
	}
	for i := range input {
		for _, c := range []byte{'!', ' ', '\n', '#', 'A'} {
			changed := bytes.Clone(input)
			changed[i] = c
			got, err := ParseBundle(changed)
			if err == nil && !got.Equal(whole) {
				t.Fatalf("byte %d as %q: accepted with %d anchors", i, c, got.Len())
			}
		}
		if got, err := ParseBundle(input[:i]); err == nil && i > len(readA.PEM())+1 {
			t.Fatalf("cut at byte %d: accepted with %d anchors", i, got.Len())
		}
	}
}

func TestBundle(t *testing.T) {
	b, err := NewBundle(readA.Certificate, readB.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	text := b.Marshal()
	if want := string(readA.PEM()) + "\n" + string(readB.PEM()); string(text) != want {
		t.Error("Marshal is not the blocks joined by one line feed, without a final one")
	}
	for line := range strings.Lines(string(text)) {
		if len(strings.TrimSuffix(line, "\n")) > 64 {
			t.Errorf("line of %d columns", len(line))
		}
	}
	again, err := ParseBundle(text)
	if err != nil || !again.Equal(b) {
		t.Errorf("Parse(Marshal) differs: %v", err)
	}
	reversed, _ := NewBundle(readB.Certificate, readA.Certificate)
	if b.Equal(reversed) || b.Equal(Bundle{}) || !b.Equal(b) {
		t.Error("Equal ignores the order or the length")
	}
	if !b.Contains(readB.Fingerprint()) || b.Contains(readI.Fingerprint()) || b.Contains("") {
		t.Error("Contains is wrong")
	}
	b.Certificates()[0] = readI.Certificate
	if !b.Contains(readA.Fingerprint()) {
		t.Error("the caller can change the bundle")
	}
	_, err = NewBundle()
	wantCode(t, err, "pki-no-certificates")
	_, err = NewBundle(readA.Certificate, readA.Certificate)
	wantCode(t, err, "pki-duplicate")
	if live, err := NewBundle(readI.Certificate); err != nil || live.Len() != 1 {
		t.Errorf("a live bundle with an intermediate cannot be held: %v", err)
	}
}

func TestParseChain(t *testing.T) {
	c, err := ParseChain(joined(readI.PEM(), readA.PEM()))
	if err != nil || c.Len() != 2 || !c[0].sameDER(readI.Certificate) {
		t.Fatalf("got %d certificates, %v", c.Len(), err)
	}
	if string(c.Marshal()) != string(readI.PEM())+"\n"+string(readA.PEM()) {
		t.Error("Marshal changed the chain")
	}
	_, err = ParseChain(nil)
	wantCode(t, err, "pki-empty")
	_, err = ParseChain(joined(readI.PEM(), readI.PEM()))
	wantCode(t, err, "pki-duplicate")
}

func TestCertificate(t *testing.T) {
	c := testAnchor("root.linkerd.cluster.local", ski(0xc2, 0x6d, 0x00)).Certificate
	if got := c.SKI(); got != "C2:6D:00" {
		t.Errorf("SKI %q", got)
	}
	if got := (testCA{c, testKey("root.linkerd.cluster.local")}).issues("i").AKI(); got != "C2:6D:00" {
		t.Errorf("AKI %q", got)
	}
	if leaf := readI.leaf(); leaf.SKI() != "" {
		t.Errorf("SKI of a certificate without one: %q", leaf.SKI())
	}
	fp := c.Fingerprint()
	if len(fp) != 64 || strings.ToLower(fp) != fp {
		t.Errorf("fingerprint %q", fp)
	}
	want := `"root.linkerd.cluster.local" (` + fp[:16] + `) valid 2026-01-01T00:00:00Z to 2036-01-01T00:00:00Z`
	if got := c.Summary(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if pem := c.PEM(); bytes.HasSuffix(pem, []byte("\n")) || !bytes.HasPrefix(pem, []byte(beginMarker)) {
		t.Error("PEM is not one trimmed block")
	}
}

// Every sentence of this package can be acted on and explained.
func TestSentencesAreWhole(t *testing.T) {
	n := 0
	for _, s := range problem.All() {
		if !strings.HasPrefix(string(s.Code), "pki-") {
			continue
		}
		n++
		if s.Hint == "" || s.Explain == "" || strings.HasSuffix(s.Text, ".") {
			t.Errorf("%s lacks a hint or an explanation, or ends in a full stop", s.Code)
		}
	}
	if n < 80 {
		t.Errorf("only %d sentences found", n)
	}
}

// TestReadBundle: what runs is read as Go and the proxies read it.
func TestReadBundle(t *testing.T) {
	a, b, i := string(readA.PEM())+"\n", string(readB.PEM())+"\n", string(readI.PEM())+"\n"
	for name, tt := range map[string]struct {
		input string
		n     int
		code  problem.Code
	}{
		"plain":                  {a + b, 2, ""},
		"openssl x509 -text":     {"Certificate:\n    Data:\n        Version: 3 (0x2)\n" + a, 1, ""},
		"subject lines":          {"subject=CN = a\nissuer=CN = a\n" + a + "subject=CN = b\n\n" + b, 2, ""},
		"text that is not ASCII": {"Zertifikat für é\n" + a, 1, ""},
		"bag attributes":         {"Bag Attributes\n    localKeyID: 01\n" + a, 1, ""},
		"twice":                  {a + a, 1, ""},
		"twice, another between": {a + b + a, 2, ""},
		"a subordinate":          {i, 1, ""},
		"both":                   {a + i, 2, ""},
		"text at the end":        {a + "x\n", 0, "pki-trailing-text"},
		"a leaf":                 {string(testAnchor("a").leaf().PEM()), 0, "pki-anchor-not-self-signed"},
		"a key":                  {string(sec1(testKey("k"))) + a, 0, "pki-private-key-among-certificates"},
		"a damaged block":        {"text\n" + a[:200] + "\n" + b, 0, "pki-truncated"},
		"a hidden block":         {"x " + a + b, 0, "pki-damaged-block"},
		"nothing":                {"text\n", 0, "pki-no-block"},
	} {
		got, err := ReadBundle([]byte(tt.input))
		if problems := problem.Of(err); (tt.code == "") != (err == nil) || tt.code != "" && problems[0].Code != tt.code || got.Len() != tt.n {
			t.Errorf("%s: %d anchors, %v, want %d, %q", name, got.Len(), err, tt.n, tt.code)
		}
	}
	for name, input := range map[string]string{"text": "Certificate:\n  Data:\n" + i, "two": i + "subject=x\n" + b} {
		if _, err := ReadChain([]byte(input)); err != nil {
			t.Errorf("chain, %s: %v", name, err)
		}
	}
	if chain, err := ReadChain([]byte(i + i)); err != nil || len(chain) != 1 {
		t.Errorf("a chain with a certificate twice: %d (%v)", len(chain), err)
	}
	if _, err := ParseChain([]byte(i + i)); err == nil {
		t.Error("what is minted may repeat a certificate")
	}
}
