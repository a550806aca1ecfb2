package custody

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"

	"sigs.k8s.io/yaml"
)

// Custody external-secret: the private key is in a store (Vault, a cloud's secret
// manager, ...), and the cluster's External Secrets Operator fetches it. The
// ExternalSecret refers to the key by its name in the store, which the state has
// under `key`, and carries the certificates itself: which issuer is in force is
// decided by the commit, in one place, for certificate and key together.

// externalSecret is external-secrets.io/v1 ExternalSecret, as far as it is used
// (apis/externalsecrets/v1/externalsecret_types.go).
type externalSecret struct {
	APIVersion string         `json:"apiVersion"`
	Kind       string         `json:"kind"`
	Metadata   secretMetadata `json:"metadata"`
	Spec       externalSpec   `json:"spec"`
}

type externalSpec struct {
	RefreshInterval string         `json:"refreshInterval"`
	SecretStoreRef  storeRef       `json:"secretStoreRef"`
	Target          externalTarget `json:"target"`
	Data            []externalData `json:"data"`
}

type storeRef struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
}

type externalTarget struct {
	Name           string           `json:"name"`
	CreationPolicy string           `json:"creationPolicy"`
	DeletionPolicy string           `json:"deletionPolicy"`
	Template       externalTemplate `json:"template"`
}

// externalTemplate is what the Secret is made from. Texts of Data are Go
// templates; PEM has no braces.
type externalTemplate struct {
	EngineVersion string            `json:"engineVersion"`
	Type          string            `json:"type"`
	Metadata      templateMetadata  `json:"metadata"`
	Data          map[string]string `json:"data"`
}

type templateMetadata struct {
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

type externalData struct {
	SecretKey string    `json:"secretKey"`
	RemoteRef remoteRef `json:"remoteRef"`
}

type remoteRef struct {
	Key      string `json:"key"`
	Property string `json:"property,omitempty"`
}

const (
	// certificateHint tells, on the object and on the Secret made from it, which
	// certificate the key is expected to belong to (SHA-256 of the DER).
	certificateHint = "l5d-pki-render/certificate-sha256"

	fetched  = "key" // the name of the fetched key in the template
	fetching = "{{ ." + fetched + " }}"
)

// RemoteKey is the name under which the store has a key that the state names.
func (c *Custody) RemoteKey(path string) string { return c.State.Spec.Custody.RemotePrefix + path }

func externalStandIn(c *Custody, secret render.KeySecret, _ []byte) ([]byte, error) {
	spec := c.State.Spec.Custody
	switch {
	case spec.Store == "":
		return nil, problem.CustodyNoStore.With().In(c.StatePath).On("spec.custody.store")
	case secret.KeyPath == "":
		return nil, problem.CustodyNoRemoteKey.With().In(c.StatePath).On(secret.Where + ".key")
	}
	expected := map[string]string{certificateHint: secret.Certificate.Fingerprint()}
	data := map[string]string{}
	for field, text := range secret.Public {
		data[field] = text
	}
	for _, field := range secret.KeyFields {
		data[field] = fetching
	}
	text, err := yaml.Marshal(externalSecret{
		APIVersion: "external-secrets.io/v1", Kind: "ExternalSecret",
		Metadata: secretMetadata{Name: secret.Name, Namespace: secret.Namespace, Labels: secret.Labels, Annotations: expected},
		Spec: externalSpec{
			RefreshInterval: time.Duration(spec.RefreshInterval).String(),
			SecretStoreRef:  storeRef{spec.Store, spec.StoreKind},
			Target: externalTarget{
				// Retain: a store that cannot be reached must not take the Secret away.
				Name: secret.Name, CreationPolicy: "Owner", DeletionPolicy: "Retain",
				Template: externalTemplate{"v2", secret.Type, templateMetadata{secret.Labels, expected}, data},
			},
			Data: []externalData{{fetched, remoteRef{c.RemoteKey(secret.KeyPath), spec.RemoteProperty}}},
		},
	})
	return append([]byte("---\n"), text...), err
}
