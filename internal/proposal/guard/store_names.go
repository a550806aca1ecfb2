package guard

import (
	"path"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
)

// arnEnd is what AWS Secrets Manager puts behind the name of a secret in its ARN.
var arnEnd = lazy.New(`^(arn:.*)-[a-z0-9]{6}$`)

// sameInStore reports whether two names may mean one secret: of two spellings one has
// more before the name (a mount, a project, the type of an object, an ARN), Vault's has
// `data` in it, that of Google Cloud ends with a version, and Azure's has no case.
func sameInStore(a, b string) bool {
	a, b = storeName(a), storeName(b)
	return strings.HasSuffix(a, b) || strings.HasSuffix(b, a)
}

// storeName is a name in the spelling that sameInStore compares; every part of it
// begins with a slash.
func storeName(name string) string {
	name = arnEnd.Regexp().ReplaceAllString(strings.ToLower(name), "$1")
	name = path.Clean("/" + strings.NewReplacer(":", "/", "#", "/").Replace(name))
	name, _, _ = strings.Cut(name, "/versions/")
	for strings.Contains(name, "/data/") {
		name = strings.ReplaceAll(name, "/data/", "/")
	}
	return name
}
