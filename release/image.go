package main

import (
	"bytes"
	"io"
	"os"
	"path"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// pluginFile is where Argo CD's plugin server reads the plugin (docs/hosts/argocd.md).
const pluginFile = "home/argocd/cmp-server/config/plugin.yaml"

// user is the user of Argo CD's images.
const user = "999"

// image writes an OCI image index of the builds for Linux, as a layout in a
// directory: no shell, no operating system, programs in /usr/local/bin.
func (r *release) image(made []build) error {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, b := range made {
		if b.goos != "linux" {
			continue
		}
		image, err := r.imageOf(b)
		if err != nil {
			return err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        image,
			Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: b.goos, Architecture: b.goarch}},
		})
	}
	dir := filepath.Join(r.work(), "image")
	if _, err := layout.Write(dir, index); err != nil {
		return err
	}
	return r.packDirectory(dir, "l5d-pki-render_"+r.number()+"_image.tar.gz")
}

func (r *release) imageOf(b build) (v1.Image, error) {
	layer, err := r.layer(b)
	if err != nil {
		return nil, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err = mutate.Append(image, mutate.Addendum{Layer: layer, MediaType: types.OCILayer,
		History: v1.History{Created: v1.Time{Time: r.date}, CreatedBy: "release"}})
	if err != nil {
		return nil, err
	}
	file, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	file = file.DeepCopy()
	file.OS, file.Architecture, file.Created = b.goos, b.goarch, v1.Time{Time: r.date}
	file.Config = v1.Config{
		User: user, Env: []string{"PATH=/usr/local/bin"}, Entrypoint: []string{"/usr/local/bin/l5d-pki-render"},
		Labels: map[string]string{
			"org.opencontainers.image.source": repository, "org.opencontainers.image.version": r.version,
			"org.opencontainers.image.revision": r.commit, "org.opencontainers.image.licenses": "Apache-2.0",
		},
	}
	return mutate.ConfigFile(image, file)
}

// layer holds the programs and the plugin's file. Programs of a user's own keys
// (l5d-pki-render-kms) have no use there and are left out.
func (r *release) layer(b build) (v1.Layer, error) {
	var members []member
	for _, file := range b.files {
		if filepath.Base(file) == "l5d-pki-render-kms" {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		members = append(members, member{path.Join("usr/local/bin", filepath.Base(file)), data, 0o755})
	}
	plugin, err := os.ReadFile(filepath.Join(r.root, "hosts/argocd/plugin.yaml"))
	if err != nil {
		return nil, err
	}
	members = append(members, member{pluginFile, plugin, 0o644})
	var out bytes.Buffer
	if err := tarTo(&out, members, r.date); err != nil {
		return nil, err
	}
	return tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(out.Bytes())), nil },
		tarball.WithMediaType(types.OCILayer), tarball.WithCompressionLevel(9))
}
