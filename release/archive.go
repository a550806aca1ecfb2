package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"time"
)

// member is a file of an archive.
type member struct {
	name string // with "/"
	data []byte
	mode int64 // permission bits
}

// documents accompany the programs wherever they are packed.
var documents = []string{"LICENSE", "README.md", "CHANGELOG.md"}

// name is the file name of an artifact of a platform, without its ending.
func (r *release) name(t target) string {
	return "l5d-pki-render_" + r.number() + "_" + t.goos + "_" + t.goarch
}

// archives packs each platform's programs: tar.gz, and zip for Windows.
func (r *release) archives(made []build) error {
	for _, b := range made {
		members, err := r.members(b)
		if err != nil {
			return err
		}
		pack, ending := targz, ".tar.gz"
		if b.goos == "windows" {
			pack, ending = zipped, ".zip"
		}
		data, err := pack(members, r.date)
		if err != nil {
			return err
		}
		if err := r.write(r.name(b.target)+ending, data); err != nil {
			return err
		}
	}
	return nil
}

// members are a platform's programs, the documents, and what is below share/.
func (r *release) members(b build) ([]member, error) {
	var all []member
	for _, m := range r.shared.all(b.goos) {
		m.name = "share/" + m.name
		all = append(all, m)
	}
	for _, name := range documents {
		data, err := os.ReadFile(filepath.Join(r.root, name))
		if err != nil {
			return nil, err
		}
		all = append(all, member{name, data, 0o644})
	}
	for _, file := range b.files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		all = append(all, member{filepath.Base(file), data, 0o755})
	}
	return all, nil
}

// targz packs members with one date and no owner, as `tar --owner=0 --numeric-owner` does.
func targz(members []member, date time.Time) ([]byte, error) {
	var out bytes.Buffer
	gz, err := gzip.NewWriterLevel(&out, gzip.BestCompression) // no name, no date
	if err != nil {
		return nil, err
	}
	if err := tarTo(gz, members, date); err != nil {
		return nil, err
	}
	err = gz.Close()
	return out.Bytes(), err
}

func tarTo(w io.Writer, members []member, date time.Time) error {
	tw := tar.NewWriter(w)
	for _, m := range members {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: m.name, Mode: m.mode, Size: int64(len(m.data)), ModTime: date, Format: tar.FormatUSTAR}
		if err := tw.WriteHeader(header); err != nil {
			return err
		}
		if _, err := tw.Write(m.data); err != nil {
			return err
		}
	}
	return tw.Close()
}

func zipped(members []member, date time.Time) ([]byte, error) {
	var out bytes.Buffer
	zw := zip.NewWriter(&out)
	for _, m := range members {
		header := &zip.FileHeader{Name: m.name, Method: zip.Deflate, Modified: date}
		header.SetMode(os.FileMode(m.mode))
		w, err := zw.CreateHeader(header)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(m.data); err != nil {
			return nil, err
		}
	}
	err := zw.Close()
	return out.Bytes(), err
}

// write adds a file to the release.
func (r *release) write(name string, data []byte) error {
	file := filepath.Join(r.out, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}
