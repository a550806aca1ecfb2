package guard

import (
	"bytes"
	"io"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// maxHeaders is how much of a commit is read for its headers, in bytes: a merge of signed
// tags has each of them whole in its headers.
const maxHeaders = 1 << 20

// knownEncoding are names of encodings in which ASCII, and so a key, stands as itself.
var knownEncoding = lazy.New(`(?i)^(utf-?8|(us-)?ascii|latin-?\d+|iso-?8859-?\d+|(windows|cp)-?125\d|koi8-?[rtu]|euc-?(cn|jp|kr|tw)|gbk?|gb2312|gb18030|big5|s(hift)?[-_]?jis)$`)

// inKnownEncoding fails where the headers of a commit name an encoding that the search for
// keys does not read: Git and forges show the message decoded (that of a tag they do not).
// It gives the whole text back.
func (g *judgement) inKnownEncoding(text io.Reader, name string) (io.Reader, error) {
	start, err := io.ReadAll(io.LimitReader(text, maxHeaders))
	if err != nil {
		return nil, err
	}
	headers, _, whole := bytes.Cut(start, []byte("\n\n"))
	if !whole && len(start) == maxHeaders {
		g.r.fail(problem.PRGuardEncoding.With("longer headers than are read").In(name))
	}
	for line := range strings.Lines(string(headers)) {
		if encoding, named := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "encoding "); named && !knownEncoding.MatchString(encoding) {
			g.r.fail(problem.PRGuardEncoding.With("text in the encoding " + sink.Code(encoding)).In(name))
		}
	}
	return io.MultiReader(bytes.NewReader(start), text), nil
}
