// Command man writes a manual page for each command of a program, from what the
// program's own --help says: the program links nothing for it.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// listed finds the commands in the help of a command: two blanks, a name, blanks, text.
var listed = regexp.MustCompile(`(?m)^  ([a-z][a-z0-9-]*) +\S`)

func main() {
	program := flag.String("binary", "bin/l5d-pki-render", "program whose manual pages are written")
	out := flag.String("out", "dist-man", "directory to write")
	flag.Parse()
	if err := os.MkdirAll(*out, 0o755); err != nil {
		log.Fatal(err)
	}
	made, err := pages(*program, *out, nil)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("wrote %d manual pages to %s", made, *out)
}

// pages writes the page of a command and those of the commands below it.
func pages(program, out string, command []string) (made int, err error) {
	help, err := exec.Command(program, append(append([]string{}, command...), "--help")...).Output()
	if err != nil {
		return 0, fmt.Errorf("%v --help: %w", command, err)
	}
	name := strings.Join(append([]string{"l5d-pki-render"}, command...), "-")
	if err := os.WriteFile(filepath.Join(out, name+".1"), page(name, string(help)), 0o644); err != nil {
		return 0, err
	}
	made = 1
	above, _, _ := strings.Cut(string(help), "\nFlags:\n")
	_, commands, found := strings.Cut(above, "\nUsage:\n")
	if !found {
		return made, nil
	}
	if _, rest, has := strings.Cut(commands, "\nExamples:\n"); has {
		_, commands, _ = strings.Cut(rest, "\n\n")
	}
	for _, m := range listed.FindAllStringSubmatch(commands, -1) {
		if m[1] == "l5d-pki-render" || m[1] == "help" || m[1] == "completion" {
			continue
		}
		below, err := pages(program, out, append(append([]string{}, command...), m[1]))
		if err != nil {
			return made, err
		}
		made += below
	}
	return made, nil
}

// page is a manual page: what the help says first, then the help as it is.
func page(name, help string) []byte {
	var b bytes.Buffer
	first, _, _ := strings.Cut(strings.TrimSpace(help), "\n")
	fmt.Fprintf(&b, ".TH %s 1\n.SH NAME\n%s \\- %s\n.SH DESCRIPTION\n.nf\n", escaped(strings.ToUpper(name)), escaped(name), escaped(first))
	for _, line := range strings.Split(strings.TrimSpace(help), "\n") {
		fmt.Fprintf(&b, "%s\n", escaped(line))
	}
	b.WriteString(".fi\n.SH SEE ALSO\nl5d\\-pki\\-render(1)\n")
	return b.Bytes()
}

// escaped keeps text from being taken for requests of troff.
func escaped(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, `\`, `\e`), "-", `\-`)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	return text
}
