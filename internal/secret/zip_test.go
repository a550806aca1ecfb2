package secret

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"testing"
)

// zippedAs is an archive whose one member is deflated; the two headers say other methods.
func zippedAs(t *testing.T, text string, local, directory uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateHeader(&zip.FileHeader{Name: "k.pem", Method: zip.Deflate})
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	binary.LittleEndian.PutUint16(data[8:], local)
	binary.LittleEndian.PutUint16(data[bytes.Index(data, []byte("PK\x01\x02"))+10:], directory)
	return data
}

// TestZip: a member is found whatever its header says, since readers go by the archive's
// directory, and one that cannot be searched is named.
func TestZip(t *testing.T) {
	key := inPEM("PRIVATE KEY", edPKCS8)
	for _, c := range []struct{ local, directory uint16 }{{deflated, deflated}, {stored, deflated}, {bzipped, deflated}, {99, deflated}, {255, deflated}, {deflated, 93}, {stored, stored}} {
		found := Find(zippedAs(t, key, c.local, c.directory))
		if len(found) == 0 || !strings.Contains(found[0].Form, "zip of a PEM") && !found[0].Unsearched {
			t.Errorf("methods %d and %d: %+v", c.local, c.directory, found)
		}
	}
	for _, c := range []struct {
		local, directory uint16
		named            bool
	}{{deflated, deflated, false}, {stored, deflated, false}, {deflated, 95, true}, {99, deflated, true}} {
		if found := Find(zippedAs(t, "no key", c.local, c.directory)); c.named != (len(found) > 0) {
			t.Errorf("methods %d and %d without a key: %+v", c.local, c.directory, found)
		}
	}
}
