package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"slices"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"github.com/l5d-pki/l5d-pki-render/internal/helmplugin"
)

// readKey reads an armored PGP private key without a passphrase; "" is no key.
func readKey(file string) (*openpgp.Entity, error) {
	if file == "" {
		return nil, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	keys, err := openpgp.ReadArmoredKeyRing(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(keys) != 1 || keys[0].PrivateKey == nil || keys[0].PrivateKey.Encrypted {
		return nil, fmt.Errorf("%s: want one private key without a passphrase", file)
	}
	return keys[0], nil
}

// provenance is the .prov file of an archive for Helm 4 (helm.sh/helm/v4, pkg/provenance/
// sign.go): the plugin's metadata and the archive's digest, signed in clear.
func (r *release) provenance(name string, archive []byte, p helmplugin.Archive) ([]byte, error) {
	i := slices.IndexFunc(p.Files, func(f helmplugin.File) bool { return f.Name == "plugin.yaml" })
	if i < 0 {
		return nil, fmt.Errorf("%s: no plugin.yaml", name)
	}
	var out bytes.Buffer
	w, err := clearsign.Encode(&out, r.pgp.PrivateKey, &packet.Config{DefaultHash: 10}) // SHA-512, as Helm signs
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(archive)
	kept := p.Name + "-" + r.number() + ".tgz" // the name under which Helm keeps the archive, and checks it again
	if _, err := fmt.Fprintf(w, "%s\n...\nfiles:\n  %s: sha256:%x\n  %s: sha256:%x\n", p.Files[i].Data, name, sum, kept, sum); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}
