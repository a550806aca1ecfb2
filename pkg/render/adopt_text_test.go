package render_test

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// TestAdoptTextAroundBlocks: certificates and keys of what runs may have other text
// around their blocks, and may be repeated, wherever they are: what Linkerd reads is
// adopted, and what rendering would change is said.
func TestAdoptTextAroundBlocks(t *testing.T) {
	whole := unpinnedStream(t)
	again := func(text string) string {
		text = strings.TrimSpace(text) + "\n"
		return "Bag Attributes\n    friendlyName: x\n" + text + "# the same\n" + text
	}
	parameters := func(text string) string {
		return "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + text
	}
	for field, change := range map[string]func(string) string{"crt.pem": again, "tls.crt": again, "caBundle": again, "key.pem": parameters} {
		line := regexp.MustCompile(`(?m)^( +` + regexp.QuoteMeta(field) + `: )"?([A-Za-z0-9+/=]+)"?$`)
		if !line.Match(whole) {
			t.Fatalf("%s: not in the stream", field)
		}
		stream := line.ReplaceAllFunc(whole, func(found []byte) []byte {
			m := line.FindSubmatch(found)
			plain, err := base64.StdEncoding.DecodeString(string(m[2]))
			if err != nil {
				t.Fatal(err)
			}
			return append(bytes.Clone(m[1]), base64.StdEncoding.EncodeToString([]byte(change(string(plain))))...)
		})
		s, found, err := render.Adopt(adopting(stream))
		if err != nil {
			t.Errorf("%s: %v", field, err)
			continue
		}
		if len(found.Keys) != 4 || len(s.Status.Webhooks) != 3 {
			t.Errorf("%s: %d keys, %d webhooks", field, len(found.Keys), len(s.Status.Webhooks))
		}
		if field != "key.pem" && len(found.Changes) == 0 {
			t.Errorf("%s: text that is not kept, and no change is said", field)
		}
		throughFile(t, s)
	}
}
