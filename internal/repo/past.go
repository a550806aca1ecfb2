package repo

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"
)

// Past is a file as some commit brought it.
type Past struct {
	// Commit that brought it, Name relative to the top of the work tree.
	Commit, Name string
	Text         []byte
}

// pastPatience is how long reading a history may take.
const pastPatience = 5 * time.Minute

// EachPast calls f for every content that a commit since an instant brought into
// the history of the current branch, each content once per name; the zero instant
// is the whole history. Larger ones than limit (bytes) are passed over.
func EachPast(dir string, since time.Time, limit int64, f func(Past)) error {
	r, err := Open(dir)
	if err != nil {
		return err
	}
	if _, err := r.Resolve("HEAD"); err != nil {
		return nil // no commit yet
	}
	args := []string{"log", "--format=%H", "-m", "--root", "--raw", "--no-ext-diff", "--no-textconv", "--no-abbrev", "--no-renames", "--diff-filter=AMT", "-z"}
	if !since.IsZero() {
		args = append(args, fmt.Sprintf("--since=@%d", since.Unix()))
	}
	out, err := git(dir, append(args, "HEAD", "--")...)
	if err != nil {
		return err
	}
	return eachBlob(dir, changesOf(string(out)), limit, f)
}

// blob is one content under one name.
type blob struct{ hash, commit, name string }

// changesOf reads `git log --raw -z`: a commit's hash, then pairs of a line that
// begins with ":" and a name.
func changesOf(log string) []blob {
	var all []blob
	seen := map[[2]string]bool{}
	commit := ""
	words := strings.Split(log, "\x00")
	for i := 0; i < len(words); i++ {
		word := strings.TrimLeft(words[i], "\n")
		if !strings.HasPrefix(word, ":") {
			if word != "" {
				commit = word
			}
			continue
		}
		fields := strings.Fields(word) // :mode mode hash hash status
		if i++; i >= len(words) || len(fields) < 5 || fields[1] == "160000" {
			continue // a submodule is no content
		}
		key := [2]string{fields[3], words[i]}
		if !seen[key] {
			all = append(all, blob{fields[3], commit, words[i]})
		}
		seen[key] = true
	}
	return all
}

// eachBlob reads contents through one process.
func eachBlob(dir string, all []blob, limit int64, f func(Past)) error {
	if len(all) == 0 {
		return nil
	}
	var wanted strings.Builder
	for _, b := range all {
		wanted.WriteString(b.hash + "\n")
	}
	return call{dir: dir, wait: pastPatience}.read(strings.NewReader(wanted.String()), func(reader *bufio.Reader) error {
		for _, b := range all {
			if err := oneBlob(reader, b, limit, f); err != nil {
				return err
			}
		}
		return nil
	}, "cat-file", "--batch")
}

// oneBlob reads "HASH blob SIZE", the content and a line end.
func oneBlob(reader *bufio.Reader, b blob, limit int64, f func(Past)) error {
	head, err := reader.ReadString('\n')
	if err != nil {
		return err
	}
	var hash, kind string
	var size int64
	if strings.HasSuffix(head, " missing\n") {
		return nil // a partial clone, or a commit that deleted the file
	}
	if n, _ := fmt.Sscanf(head, "%s %s %d", &hash, &kind, &size); n < 3 {
		return fmt.Errorf("git cat-file: %q", head)
	}
	if size > limit || kind != "blob" {
		_, err = io.CopyN(io.Discard, reader, size+1)
		return err
	}
	text := make([]byte, size+1)
	if _, err := io.ReadFull(reader, text); err != nil {
		return err
	}
	f(Past{b.commit, b.name, text[:size]})
	return nil
}
