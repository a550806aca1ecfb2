package testkit

import (
	"fmt"
	"os"
	"strings"
)

// Section reads what a page has between the lines "<!-- NAME -->" and "<!-- /NAME -->".
func Section(page, name string) (string, error) {
	text, err := os.ReadFile(page)
	if err != nil {
		return "", err
	}
	_, rest, opened := strings.Cut(string(text), "<!-- "+name+" -->\n")
	section, _, closed := strings.Cut(rest, "<!-- /"+name+" -->\n")
	if !opened || !closed {
		return "", fmt.Errorf("%s has no section %q", page, name)
	}
	return section, nil
}

// PutSection replaces it.
func PutSection(page, name, section string) error {
	old, err := Section(page, name)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	mark := "<!-- " + name + " -->\n"
	return os.WriteFile(page, []byte(strings.Replace(string(text), mark+old, mark+section, 1)), 0o644)
}
