package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// recipient is the public key of an identity that nobody has kept.
const recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"

// tellKeys shows what becomes of private keys, in an empty folder: they are made
// and encrypted, and what is rendered holds none.
func tellKeys(binary, folder string) error {
	fmt.Printf("\n\nCustody \"age\": where the private keys are\n")
	for _, line := range []string{
		"init --new --linkerd-version 2.18 --issuer-scheme kubernetes.io/tls --recipient " + recipient,
		"custody status",
		"values --layout external",
	} {
		fmt.Printf("\n$ l5d-pki-render %s\n", line)
		cmd := exec.Command(binary, strings.Fields(line)...)
		cmd.Dir = folder
		var said strings.Builder
		cmd.Stderr = &said
		out, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", line, err, said.String())
		}
		fmt.Printf("%s%s", fold(string(out)), said.String())
	}
	return noKey(folder)
}

// noKey fails where a file of the folder holds a private key in clear.
func noKey(folder string) error {
	return filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(text), "PRIVATE KEY") {
			return fmt.Errorf("%s holds a private key", path)
		}
		return err
	})
}
