package main

import (
	"bytes"
	"debug/buildinfo"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/CycloneDX/cyclonedx-go"
)

// boms writes a CycloneDX bill of materials per platform: the modules that Go
// recorded in the programs themselves.
func (r *release) boms(made []build) error {
	for _, b := range made {
		bom, err := r.bom(b)
		if err != nil {
			return err
		}
		var out bytes.Buffer
		encoder := cyclonedx.NewBOMEncoder(&out, cyclonedx.BOMFileFormatJSON).SetPretty(true)
		if err := encoder.EncodeVersion(bom, cyclonedx.SpecVersion1_6); err != nil {
			return err
		}
		if err := r.write(r.name(b.target)+".cdx.json", out.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

func (r *release) bom(b build) (*cyclonedx.BOM, error) {
	modules := map[string]string{} // version and path -> programs
	versions := map[string][2]string{}
	goVersion := ""
	for _, file := range b.files {
		info, err := buildinfo.ReadFile(file)
		if err != nil {
			return nil, err
		}
		goVersion = info.GoVersion
		name := strings.TrimSuffix(filepath.Base(file), b.exe())
		for _, m := range info.Deps {
			if m.Replace != nil {
				m = m.Replace
			}
			purl := "pkg:golang/" + m.Path + "@" + m.Version
			modules[purl] = strings.TrimPrefix(modules[purl]+" "+name, " ")
			versions[purl] = [2]string{m.Path, m.Version}
		}
	}
	bom := cyclonedx.NewBOM()
	bom.Metadata = &cyclonedx.Metadata{
		Timestamp: r.date.Format(time.RFC3339),
		Component: &cyclonedx.Component{
			BOMRef: "l5d-pki-render", Type: cyclonedx.ComponentTypeApplication, Name: "l5d-pki-render", Version: r.version,
			PackageURL: "pkg:golang/github.com/l5d-pki/l5d-pki-render@" + r.version,
			Licenses:   &cyclonedx.Licenses{{License: &cyclonedx.License{ID: "Apache-2.0"}}},
		},
	}
	components := []cyclonedx.Component{{
		BOMRef: "pkg:golang/std@" + goVersion, Type: cyclonedx.ComponentTypeLibrary, Name: "std", Version: goVersion, PackageURL: "pkg:golang/std@" + goVersion,
	}}
	refs := []string{components[0].BOMRef}
	for _, purl := range sortedKeys(modules) {
		components = append(components, cyclonedx.Component{
			BOMRef: purl, Type: cyclonedx.ComponentTypeLibrary, Name: versions[purl][0], Version: versions[purl][1], PackageURL: purl,
			Properties: &[]cyclonedx.Property{{Name: "l5d-pki-render:programs", Value: modules[purl]}},
		})
		refs = append(refs, purl)
	}
	bom.Components = &components
	bom.Dependencies = &[]cyclonedx.Dependency{{Ref: "l5d-pki-render", Dependencies: &refs}}
	return bom, nil
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
