package chart

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"path"
	"regexp"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"helm.sh/helm/v3/pkg/chart/loader"
)

// Caps in bytes. Linkerd's largest chart archive has 0.1 MB.
const (
	maxArchive = 20 << 20 // as downloaded
	maxIndex   = 64 << 20 // a repository's index.yaml; the largest public ones have 20 MB
)

// maxUnpacked and maxFile are Helm's own caps on what an archive unpacks to.
var (
	maxUnpacked = loader.MaxDecompressedChartSize
	maxFile     = loader.MaxDecompressedFileSize
)

// drive is the beginning of an absolute path on Windows.
var drive = regexp.MustCompile(`^[A-Za-z]:`)

// readArchive unpacks a chart archive in memory. Names lose their first folder,
// as in Helm's loader. Everything is read to the last byte of the gzip stream,
// whose checksum is the only proof that nothing is cut off.
func readArchive(data []byte) ([]*loader.BufferedFile, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, damaged(err)
	}
	// One byte above the cap tells "too large" from "just large enough".
	limited := &io.LimitedReader{R: unzipped, N: maxUnpacked + 1}
	files, err := readTar(tar.NewReader(limited))
	if err == nil {
		_, err = io.Copy(io.Discard, limited)
	}
	if limited.N <= 0 {
		return nil, problem.ChartTooLarge.With("the unpacked chart", maxUnpacked)
	}
	if err != nil {
		return nil, damaged(err)
	}
	if len(files) == 0 {
		return nil, problem.ChartDamaged.With("it holds no file")
	}
	return files, nil
}

func readTar(tr *tar.Reader) ([]*loader.BufferedFile, error) {
	var files []*loader.BufferedFile
	seen := map[string]bool{}
	for {
		head, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if head.Typeflag == tar.TypeDir || head.Typeflag == tar.TypeXGlobalHeader {
			if why := unsafePath(head.Name); why != "" && head.Typeflag == tar.TypeDir {
				return nil, problem.ChartUnsafePath.With(head.Name, why)
			}
			continue
		}
		name, err := entryName(head, seen)
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(tr)
		if err != nil {
			return nil, err
		}
		files = append(files, &loader.BufferedFile{Name: name, Data: bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))})
	}
}

// entryName checks one file of an archive and gives its name inside the chart.
func entryName(head *tar.Header, seen map[string]bool) (string, error) {
	why := unsafePath(head.Name)
	if head.Typeflag != tar.TypeReg {
		why = "is a link or a device"
	}
	_, name, inside := strings.Cut(path.Clean(strings.ReplaceAll(head.Name, `\`, "/")), "/")
	switch {
	case why != "":
	case !inside:
		why = "lies outside of the chart's folder"
	case seen[name]:
		why = "stands in it twice"
	}
	if why != "" {
		return "", problem.ChartUnsafePath.With(head.Name, why)
	}
	if head.Size > maxFile {
		return "", problem.ChartTooLarge.With("the file "+name, maxFile)
	}
	seen[name] = true
	return name, nil
}

// unsafePath says why a name may not stand in an archive; "" if it may.
func unsafePath(name string) string {
	slashed := strings.ReplaceAll(name, `\`, "/")
	switch {
	case strings.HasPrefix(slashed, "/") || drive.MatchString(slashed):
		return "is an absolute path"
	case slashed == ".." || strings.HasPrefix(slashed, "../") || strings.Contains(slashed, "/../") || strings.HasSuffix(slashed, "/.."):
		return "leaves the chart's folder"
	}
	return ""
}

func damaged(err error) error {
	var known *problem.Problem
	if errors.As(err, &known) {
		return known
	}
	return problem.ChartDamaged.With(err).Because(err)
}
