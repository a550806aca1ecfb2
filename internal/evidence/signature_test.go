package evidence

import (
	"bytes"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

const armored = begin + "\nU1NIU0lHAAAAAQ==\n" + end + "\n"

func TestJoinAndSplit(t *testing.T) {
	for _, text := range []string{"kind: Observation\n", "{}\n", "a: |\n  # -----BEGIN\n", "# a comment\n\n"} {
		got, signature, err := Split(Join([]byte(text), []byte(armored)))
		if err != nil || string(got) != text || string(signature) != armored {
			t.Errorf("%q: %q, %q (%v)", text, got, signature, err)
		}
		if got, signature, err := Split([]byte(text)); err != nil || string(got) != text || signature != nil {
			t.Errorf("%q unsigned: %q, %q (%v)", text, got, signature, err)
		}
	}
	if string(Line([]byte("a"))) != "a\n" || string(Line([]byte("a\n"))) != "a\n" || len(Line(nil)) != 0 {
		t.Error("a line end is missing, or doubled")
	}
}

// TestSplitRefuses: nothing is signed that is not before the one signature, and
// nothing follows it.
func TestSplitRefuses(t *testing.T) {
	signed := string(Join([]byte("kind: Observation\n"), []byte(armored)))
	for name, file := range map[string]string{
		"text behind it":           signed + "at: now\n",
		"a comment behind it":      signed + "# more\n",
		"an empty line behind it":  signed + "\n",
		"two signatures":           string(Join([]byte(signed), []byte(armored))),
		"text within":              strings.Replace(signed, "# U1", "cluster: x\n# U1", 1),
		"no end":                   strings.Replace(signed, "# "+end+"\n", "", 1),
		"no begin":                 strings.Replace(signed, "# "+begin+"\n", "", 1),
		"nothing within":           strings.Replace(signed, "# U1NIU0lHAAAAAQ==\n", "", 1),
		"no line end":              strings.TrimSuffix(signed, "\n"),
		"not a comment":            "kind: Observation\n" + armored,
		"no text":                  signed[strings.Index(signed, "# "+begin):],
		"on the line of the text":  strings.Replace(signed, "Observation\n", "Observation ", 1),
		"other characters":         strings.Replace(signed, "U1NI", "U1\x00I", 1),
		"another kind's signature": strings.ReplaceAll(signed, "# U1", "#\u00a0U1"),
	} {
		text, signature, err := Split([]byte(file))
		if list := problem.Of(err); len(list) != 1 || list[0].Code != problem.EvidenceForm.Code {
			t.Errorf("%s: %q, %q (%v)", name, text, signature, err)
		}
	}
}

// TestSigners: a key counts if its own options say so, and not by its comment.
func TestSigners(t *testing.T) {
	counts := []string{
		`ci@example.com namespaces="l5d-pki-evidence" ssh-ed25519 AAAA`,
		`ci@example.com,*@b.c namespaces="git,l5d-pki-evidence" ssh-ed25519 AAAA comment`,
		`"a b" valid-after="20260101",namespaces="l5d-pki-evidence,x" ecdsa-sha2-nistp256 AAAA`,
		`	ca@x cert-authority,NAMESPACES="l5d-pki-evidence" ssh-ed25519 AAAA`,
	}
	for _, line := range counts {
		if got := Signers([]byte(line + "\n")); string(got) != line+"\n" {
			t.Errorf("does not count: %s", line)
		}
	}
	for _, line := range []string{
		"", "# a comment", `# ci namespaces="l5d-pki-evidence" ssh-ed25519 AAAA`,
		`ci@example.com ssh-ed25519 AAAA`,
		`ci@example.com namespaces="git" ssh-ed25519 AAAA`,
		`ci@example.com namespaces="*" ssh-ed25519 AAAA`,
		`ci@example.com namespaces="l5d-pki-*" ssh-ed25519 AAAA`,
		`ci@example.com namespaces="!l5d-pki-evidence" ssh-ed25519 AAAA`,
		`ci@example.com namespaces="xl5d-pki-evidence" ssh-ed25519 AAAA`,
		`ci@example.com namespaces="git",namespaces="l5d-pki-evidence" ssh-ed25519 AAAA`,
		`ci@example.com ssh-ed25519 AAAA namespaces="l5d-pki-evidence"`,
		`namespaces="l5d-pki-evidence" ssh-ed25519 AAAA`,
		`ci@example.com x-namespaces="l5d-pki-evidence" ssh-ed25519 AAAA`,
	} {
		if got := Signers([]byte(line + "\n")); len(got) > 0 {
			t.Errorf("counts: %s", line)
		}
	}
	all := strings.Join(counts, "\n") + "\nother@x ssh-ed25519 AAAA\n"
	if got := Signers([]byte(all)); bytes.Count(got, []byte("\n")) != len(counts) {
		t.Errorf("%s", got)
	}
}

// FuzzSplit: what is split joins to what it was, and holds no signature of its own.
func FuzzSplit(f *testing.F) {
	f.Add([]byte("a: b\n# " + begin + "\n# U1NI\n# " + end + "\n"))
	f.Add([]byte("a: b\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		text, signature, err := Split(file)
		if err != nil || signature == nil {
			return
		}
		again, second, err := Split(Join(text, signature))
		if err != nil || !bytes.Equal(again, text) || !bytes.Equal(second, signature) || !bytes.HasPrefix(file, text) || bytes.Contains(text, []byte(begin)) {
			t.Errorf("%q: %q, %q (%v)", file, again, second, err)
		}
	})
}
