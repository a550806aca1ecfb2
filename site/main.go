// Command site makes a static site of the pages of the documentation: no script, no
// request to anywhere else, and the same bytes for the same pages.
package main

import (
	"flag"
	"log"
	"os"
	"path/filepath"
)

func main() {
	root := flag.String("root", "..", "root of the repository")
	out := flag.String("out", "../dist-site", "directory to write; it is made anew")
	flag.Parse()
	files, err := build(*root)
	if err != nil {
		log.Fatal(err)
	}
	if err := write(*out, files); err != nil {
		log.Fatal(err)
	}
	log.Printf("wrote %d files to %s", len(files), *out)
}

// write replaces a directory.
func write(dir string, files map[string][]byte) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
