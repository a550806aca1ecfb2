// Release builds everything that a release consists of, from a clean checkout
// and the module cache alone: archives, Linux packages, an image, plugins for Helm,
// manifests for package managers, bills of materials and checksums. Two runs of one
// commit give the same bytes, whatever the directory.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/spf13/pflag"
)

// repository is where the project and its releases are.
const repository = "https://github.com/l5d-pki/l5d-pki-render"

// release is one run.
type release struct {
	root    string    // of the checkout, absolute
	out     string    // the output directory, absolute
	version string    // with a leading "v"
	commit  string    // full hash
	date    time.Time // of the commit, UTC: the time of every file in the release
	// shared has the manual pages and completions.
	shared shared
	// pgp signs plugins for Helm 4; nil leaves them unsigned.
	pgp *openpgp.Entity
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "release: error:", err)
		os.Exit(1)
	}
}

func run() error {
	root := pflag.String("root", "..", "root of the checkout")
	out := pflag.String("out", "dist", "output directory, relative to the root; it must not exist or be empty")
	version := pflag.String("version", "v0.0.0-dev", "version of the release, with a leading v")
	only := pflag.StringSlice("platform", nil, "platforms to build, as linux/amd64 (default: all)")
	key := pflag.String("pgp-key", "", "armored PGP private key that signs the plugins for Helm 4 (.prov files)")
	pflag.Parse()

	r, err := newRelease(*root, *out, *version)
	if err != nil {
		return err
	}
	if r.pgp, err = readKey(*key); err != nil {
		return err
	}
	chosen, err := choose(*only)
	if err != nil {
		return err
	}
	return r.make(chosen)
}

func newRelease(root, out, version string) (*release, error) {
	if !strings.HasPrefix(version, "v") {
		return nil, fmt.Errorf("version %q: want a leading v, as in v0.1.0", version)
	}
	top, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	if !filepath.IsAbs(out) {
		out = filepath.Join(top, out)
	}
	if left, err := os.ReadDir(out); err == nil && len(left) > 0 {
		return nil, fmt.Errorf("%s is not empty: remove it first", out)
	}
	r := &release{root: top, out: out, version: version}
	if r.commit, err = git(top, "rev-parse", "HEAD"); err != nil {
		return nil, err
	}
	r.date, err = commitDate(top)
	return r, err
}

// commitDate is SOURCE_DATE_EPOCH, or the date of the commit.
func commitDate(root string) (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		var err error
		if text, err = git(root, "log", "-1", "--format=%ct"); err != nil {
			return time.Time{}, err
		}
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("date of the release: %w", err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

func git(root string, args ...string) (string, error) {
	out, err := exec.Command("git", append([]string{"-C", root}, args...)...).Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w", args[0], err)
	}
	return strings.TrimSpace(string(out)), nil
}

// make builds the programs of each platform and packs them.
func (r *release) make(targets []target) error {
	var made []build
	for _, t := range targets {
		b, err := r.build(t)
		if err != nil {
			return err
		}
		made = append(made, b)
	}
	return errors.Join(r.pack(made), os.RemoveAll(r.work()))
}

// pack writes everything that users download. Checksums come last, of everything else.
func (r *release) pack(made []build) (err error) {
	if r.shared, err = r.describe(made); err != nil {
		return err
	}
	for _, step := range []func([]build) error{r.archives, r.packages, r.image, r.helmPlugins, r.boms, r.managers, r.checksums} {
		if err := step(made); err != nil {
			return err
		}
	}
	return nil
}

// work is where the programs are built. It is not part of the release.
func (r *release) work() string { return filepath.Join(r.out, "work") }

// number is the version without its leading "v", as package managers write it.
func (r *release) number() string { return strings.TrimPrefix(r.version, "v") }
