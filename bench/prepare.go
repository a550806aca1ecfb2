//go:build unix

package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// bench is what measurements need, with absolute paths.
type bench struct {
	options
	state string // state file of the edit
	// Peers; empty when they could not be built.
	helm, kustomize, krusty string
	// By number of documents; 0 is the control plane alone.
	streams map[int]string
	sizes   map[int]int64
	folders map[int]string // with a kustomization that makes the same edit
}

func prepare(o options) (*bench, error) {
	for _, path := range []*string{&o.binary, &o.work, &o.peers, &o.out} {
		abs, err := filepath.Abs(*path)
		if err != nil {
			return nil, err
		}
		*path = abs
	}
	b := &bench{options: o, streams: map[int]string{}, sizes: map[int]int64{}, folders: map[int]string{}}
	if err := b.copyState(); err != nil {
		return nil, err
	}
	control, err := filepath.Abs(controlPlane)
	if err != nil {
		return nil, err
	}
	b.streams[0] = control
	for _, n := range []int{o.small / 10, o.small, o.large} {
		b.streams[n] = filepath.Join(o.work, fmt.Sprintf("stream-%d.yaml", n))
		if err := b.spawnGenerator(n); err != nil {
			return nil, err
		}
	}
	for n, path := range b.streams {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		b.sizes[n] = info.Size()
	}
	if o.onlyLists {
		return b, nil
	}
	b.buildPeers()
	for _, n := range []int{0, o.small / 10, o.small} {
		if b.folders[n], err = b.kustomization(n); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// spawnGenerator runs this program again with -generate.
func (b *bench) spawnGenerator(n int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self, "-generate", strconv.Itoa(n), "-out", b.streams[n])
	cmd.Stderr = os.Stderr
	return cmd.Run()
}

// copyState copies the state file and the test keys to where keys may have the
// permissions that the tool wants.
func (b *bench) copyState() error {
	for _, folder := range []string{"pki", "rotation"} {
		err := filepath.WalkDir(filepath.Join("fixtures", folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			to := filepath.Join(b.work, path)
			if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
				return err
			}
			return os.WriteFile(to, data, 0o600)
		})
		if err != nil {
			return err
		}
	}
	b.state = filepath.Join(b.work, "fixtures/rotation/bundle/anchor-added.yaml")
	return nil
}

// peers are built once; the module bench/peers pins their versions.
var peers = []struct{ name, pkg string }{
	{"kustomize", "sigs.k8s.io/kustomize/kustomize/v5"},
	{"krusty", "./krusty"},
	{"helm", "helm.sh/helm/v3/cmd/helm"},
}

// buildPeers builds what is missing. A peer that cannot be built is left out of
// the page, loudly: a comparison is no reason to fail.
func (b *bench) buildPeers() {
	for i, slot := range []*string{&b.kustomize, &b.krusty, &b.helm} {
		path := filepath.Join(b.peers, peers[i].name)
		if _, err := os.Stat(path); err != nil {
			fmt.Fprintf(os.Stderr, "building %s (Helm takes minutes)\n", peers[i].name)
			cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, peers[i].pkg)
			cmd.Dir = filepath.Join("bench", "peers")
			cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
			cmd.Stderr = os.Stderr
			if err := cmd.Run(); err != nil {
				fmt.Fprintf(os.Stderr, "!!!!!! %s could not be built and is NOT measured: %v\n", peers[i].name, err)
				continue
			}
		}
		*slot = path
	}
}

// kustomization writes a folder whose build makes one edit: the bundle in the
// ConfigMap linkerd-identity-trust-roots. The tool makes that edit and every
// other one of the phase, so kustomize has the lighter task.
func (b *bench) kustomization(n int) (string, error) {
	dir := filepath.Join(b.work, fmt.Sprintf("kustomization-%d", n))
	data, err := os.ReadFile(b.streams[n])
	if err != nil {
		return "", err
	}
	patch := "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: linkerd-identity-trust-roots\n  namespace: linkerd\ndata:\n  ca-bundle.crt: |-\n"
	for _, anchor := range []string{"anchor-2025", "anchor-2026"} {
		text, err := os.ReadFile(filepath.Join("fixtures/pki", anchor+".crt"))
		if err != nil {
			return "", err
		}
		patch += indented(string(text))
	}
	files := map[string]string{
		"stream.yaml":        string(data),
		"patch.yaml":         patch,
		"kustomization.yaml": "resources: [stream.yaml]\npatches:\n- path: patch.yaml\n",
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	for file, text := range files {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			return "", err
		}
	}
	return dir, nil
}
