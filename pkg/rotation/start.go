package rotation

import (
	"io"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// StartOptions say what to begin and with what. Material that is not brought
// is minted.
type StartOptions struct {
	Options
	// Kind is one of state.Kind*; Strategy only for kind anchor, empty: chosen.
	Kind, Strategy string
	// Name of the incoming anchor (kinds anchor, replace, renew) or issuer
	// (kind issuer); empty: the year, or the year and a number.
	Name string

	// Anchor and Issuer are brought: the incoming anchor, and the incoming
	// issuer's chain (with its cross certificate, if it has one).
	Anchor pki.Certificate
	Issuer pki.Chain
	// AnchorKey is the brought anchor's key, if its issuer is to be minted.
	// Without a brought anchor, one is minted for this key.
	AnchorKey pki.Key
	// AnchorKeyPath and IssuerKeyPath are where the keys of brought material live.
	AnchorKeyPath, IssuerKeyPath string
	// OutgoingKey is the key of the anchor in force: cross-sign, issuer and
	// renew sign with it once.
	OutgoingKey pki.Key

	// Webhooks are brought material by values key; the others are minted.
	Webhooks map[string]BroughtWebhook

	// KeyPath gives the path of a minted key by the name of its certificate;
	// nil: keys/NAME.key.
	KeyPath func(name string) string
}

// BroughtWebhook is the incoming material of one webhook.
type BroughtWebhook struct {
	Certificate, CABundle pki.Chain
	KeyPath               string
}

// Minted is a private key that the custody has to store under its path.
type Minted struct {
	Name, Path string
	Key        pki.Key
}

// Start begins a rotation and enters its first phase. The same arguments and
// random bytes give the same state and keys.
func Start(s *state.Rotation, o StartOptions, e Evidence, at time.Time, random io.Reader) (*Move, error) {
	if s.Status.Rotation != nil || s.Status.Phase != state.PhaseStable {
		return nil, problem.RotationUnderWay.With(progress(s), s.Status.Phase)
	}
	d, err := openDossier(s, NewVerifier(at))
	if err != nil {
		return nil, err
	}
	b := &beginning{next: s.Clone(), spec: s.WithDefaults().Spec, dossier: d, options: o, at: at, random: random}
	begin(b.next, at)
	if err := b.build(); err != nil {
		return nil, err
	}
	if err := proxiesTake(b.next); err != nil {
		return nil, err
	}
	path, ok := pathOf(b.next)
	if !ok {
		return nil, problem.RotationNoKind.With(o.Kind, o.Strategy)
	}
	move, err := enter(b.next, path, 0, o.Options, e, at)
	if err != nil {
		return nil, err
	}
	move.Minted, move.Strategy = b.minted, b.chose
	return move, nil
}

// progress names the rotation under way.
func progress(s *state.Rotation) string {
	if r := s.Status.Rotation; r != nil {
		return Path{Kind: r.Kind, Strategy: r.Strategy}.label()
	}
	return "unknown"
}

// beginning is a rotation while its material is put together.
type beginning struct {
	next    *state.Rotation // stable's roles until build changes them
	spec    state.Spec
	dossier *dossier
	options StartOptions
	at      time.Time
	random  io.Reader
	minted  []Minted
	chose   string // which strategy, and why
}

// builders make the incoming material of each kind.
var builders = map[string]func(*beginning) error{
	state.KindAnchor:   (*beginning).anchor,
	state.KindReplace:  (*beginning).anchor,
	state.KindIssuer:   (*beginning).issuer,
	state.KindRenew:    (*beginning).renew,
	state.KindWebhooks: (*beginning).webhooks,
}

func (b *beginning) build() error {
	build, ok := builders[b.options.Kind]
	if !ok || b.options.Strategy != "" && b.options.Kind != state.KindAnchor {
		return problem.RotationNoKind.With(b.options.Kind, b.options.Strategy)
	}
	b.next.Status.Rotation = &state.Progress{Kind: b.options.Kind}
	return build(b)
}

// current is the anchor in force.
func (b *beginning) current() (pki.Certificate, error) {
	a, ok := b.dossier.anchor(state.RoleCurrent)
	if !ok {
		return pki.Certificate{}, problem.RotationNoCurrent.With().On("status.anchors")
	}
	return a, nil
}
