package keyuse

import (
	"path"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
)

// arnEnd is what AWS Secrets Manager puts behind the name of a secret in its ARN.
var arnEnd = lazy.New(`^(arn:.*)-[a-z0-9]{6}$`)

// SameInStore reports whether two names may mean one secret: of two spellings one has
// more before the name (a mount, a project, the type of an object, an ARN), Vault's has
// `data` in it, that of a cloud may end with a version or a label, and Azure's has no case.
func SameInStore(a, b string) bool {
	for _, x := range []string{a, withoutEnd(a)} {
		for _, y := range []string{b, withoutEnd(b)} {
			one, other := storeName(x), storeName(y)
			if strings.HasSuffix(one, other) || strings.HasSuffix(other, one) {
				return true
			}
		}
	}
	return false
}

// withoutEnd is a name without the version or label behind its last colon, as AWS
// Parameter Store takes it.
func withoutEnd(name string) string {
	if end := strings.LastIndexAny(name, ":/"); end > 0 && name[end] == ':' {
		return name[:end]
	}
	return name
}

// storeName is a name in the spelling that SameInStore compares; every part of it
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
