package chart

import (
	"archive/tar"
	"bytes"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

func TestReadArchive(t *testing.T) {
	files, err := readArchive(pack(t, small("1.0.0", entry{name: "small/", kind: tar.TypeDir}, entry{name: "small/templates/..data.yaml", text: "\xef\xbb\xbf# x\n"})...))
	if err != nil {
		t.Fatal(err)
	}
	last := files[len(files)-1]
	if len(files) != 6 || files[0].Name != "Chart.yaml" || last.Name != "templates/..data.yaml" || string(last.Data) != "# x\n" {
		t.Errorf("%d files, first %q, last %q %q", len(files), files[0].Name, last.Name, last.Data)
	}
}

// TestUnsafeArchives: each of these would write or read outside of the chart in
// a careless unpacker, or hide a file behind another.
func TestUnsafeArchives(t *testing.T) {
	for name, bad := range map[string]entry{
		"parent":           {name: "small/../../etc/passwd", text: "x"},
		"parent at front":  {name: "../small/templates/x.yaml", text: "x"},
		"parent at end":    {name: "small/..", text: "x"},
		"parent, windows":  {name: `small\..\..\x`, text: "x"},
		"parent folder":    {name: "small/../x/", kind: tar.TypeDir},
		"absolute":         {name: "/etc/passwd", text: "x"},
		"absolute windows": {name: "C:/x/y", text: "x"},
		"no folder":        {name: "Chart.yaml", text: "x"},
		"symlink":          {name: "small/templates/l.yaml", text: "/etc/passwd", kind: tar.TypeSymlink},
		"hard link":        {name: "small/templates/l.yaml", text: "small/Chart.yaml", kind: tar.TypeLink},
		"device":           {name: "small/templates/zero", kind: tar.TypeChar},
		"fifo":             {name: "small/templates/pipe", kind: tar.TypeFifo},
		"twice":            {name: "small/values.yaml", text: "say: other\n"},
		"twice, other top": {name: "large/values.yaml", text: "say: other\n"},
	} {
		t.Run(name, func(t *testing.T) {
			files, err := readArchive(pack(t, small("1.0.0", bad)...))
			wants(t, err, problem.ChartUnsafePath)
			if files != nil {
				t.Error("files of an archive that was refused")
			}
		})
	}
}

// TestCutArchives: an archive that ends early is refused wherever it ends, the
// last byte included, and so is one with something after it.
func TestCutArchives(t *testing.T) {
	whole := pack(t, small("1.0.0")...)
	for length := range len(whole) {
		if _, err := readArchive(whole[:length]); err == nil {
			t.Fatalf("cut to %d of %d bytes it is taken for whole", length, len(whole))
		}
	}
	_, err := readArchive(append(bytes.Clone(whole), "<html>"...))
	wants(t, err, problem.ChartDamaged)
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-6] ^= 1 // in the checksum
	_, err = readArchive(flipped)
	wants(t, err, problem.ChartDamaged)
	_, err = readArchive(pack(t))
	wants(t, err, problem.ChartDamaged, "no file")
}

func TestLargeArchives(t *testing.T) {
	defer func(file, unpacked int64) { maxFile, maxUnpacked = file, unpacked }(maxFile, maxUnpacked)
	maxFile = 1000
	_, err := readArchive(pack(t, small("1.0.0", entry{name: "small/big", text: strings.Repeat("x", 1001)})...))
	wants(t, err, problem.ChartTooLarge, "big", "1000 bytes")
	maxFile, maxUnpacked = 1<<20, 10<<10
	_, err = readArchive(pack(t, small("1.0.0", entry{name: "small/big", text: strings.Repeat("x", 20<<10)})...))
	wants(t, err, problem.ChartTooLarge, "the unpacked chart")
	// A bomb after the end of the tar archive is read for its checksum, but not without end.
	_, err = readArchive(pack(t, small("1.0.0", entry{name: "small/a", text: strings.Repeat("x", 1<<10)})...))
	if err != nil {
		t.Errorf("below the caps: %v", err)
	}
}

func FuzzReadArchive(f *testing.F) {
	f.Add(pack(f, small("1.0.0")...))
	f.Add(pack(f, entry{name: "a/../b", text: "x"}))
	f.Fuzz(func(t *testing.T, data []byte) {
		files, err := readArchive(data)
		if (err == nil) != (len(files) > 0) {
			t.Fatalf("%d files, error %v", len(files), err)
		}
		for _, file := range files {
			if unsafePath(file.Name) != "" || strings.HasPrefix(file.Name, "/") {
				t.Fatalf("unsafe name %q", file.Name)
			}
		}
	})
}
