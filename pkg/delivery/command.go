package delivery

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Commands composes the commands that deliver objects of one state.
type Commands struct {
	// Custody is spec.custody.kind.
	Custody string
	// StatePath is the state file; "" is rotation.yaml in the working directory.
	StatePath string
}

// CommandsOf are those of a state.
func CommandsOf(s *state.Rotation, statePath string) Commands {
	return Commands{s.WithDefaults().Spec.Custody.Kind, statePath}
}

// Custodies that have an object for a Secret which Git may hold, and those of them
// whose object only the cluster can open.
var (
	objectCustodies = []string{state.CustodySOPS, state.CustodySealedSecret, state.CustodyExternalSecret, state.CustodyCertManager}
	closedCustodies = objectCustodies[1:]
)

func (c Commands) hasObject() bool { return slices.Contains(objectCustodies, c.Custody) }

// opens reports whether --with-keys can open the keys.
func (c Commands) opens() bool { return !slices.Contains(closedCustodies, c.Custody) }

// Manifests is the command whose output has every Secret of issuer and webhooks in
// the form of the state's issuer scheme, or the custody's object for it.
func (c Commands) Manifests() string {
	if c.opens() {
		return c.of("manifests --with-keys")
	}
	return c.of("manifests")
}

// Secrets delivers the Secrets of issuer and webhooks.
func (c Commands) Secrets() string { return c.Manifests() + apply }

// Webhooks delivers the webhooks' Secrets beside a chart that was fed with values of
// layout embedded, which have the issuer but cannot carry those of every version.
func (c Commands) Webhooks() string { return c.of("manifests --with-keys --layout embedded") + apply }

// Public delivers what holds no key: the trust roots under externalCA, custody objects.
func (c Commands) Public() string { return c.of("manifests") + apply }

// ReadBack writes the certificate of an issuer that the cluster made into the state.
func (c Commands) ReadBack(namespace string) string {
	return `kubectl get secret ` + linkerd.IssuerSecret + ` -n ` + namespace + ` -o jsonpath='{.data.tls\.crt}' | base64 -d > issuer.pem && ` + c.of("custody read-back") + " --issuer issuer.pem"
}

// apply writes a field that somebody else manages (Helm, or kubectl by another way), too.
// A client-side apply would store the private keys once more, in an annotation.
const apply = " | kubectl apply --server-side --force-conflicts -f -"

func (c Commands) of(command string) string {
	if c.StatePath != "" && c.StatePath != "rotation.yaml" {
		command += " --state " + Quoted(c.StatePath)
	}
	return "l5d-pki-render " + command
}

// hostHow says how a host gets the Secrets into its stream.
func (c Commands) hostHow() string {
	if c.Custody == state.CustodyAge {
		return "whatever calls `l5d-pki-render post-render --with-keys`"
	}
	return "whatever calls `l5d-pki-render post-render`"
}

// RestartControlPlane restarts what reads the trust roots at its start.
func RestartControlPlane(namespace string) string {
	return "kubectl -n " + namespace + " rollout restart deploy"
}

// Quoted is a path as a shell takes it.
func Quoted(path string) string { return sink.Shell(path) }
