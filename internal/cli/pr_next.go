package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// autopilot decides what is due, and does it or says why not. What it decides
// by: the state at the base, the open pull requests, the evidence, and the ends
// of certificates.
func (c *prCall) autopilot() (prReport, error) {
	margin, err := marginOf(c.f.startBefore)
	if err != nil {
		return prReport{}, err
	}
	f, err := c.reach()
	if err != nil {
		return prReport{}, err
	}
	pulls, err := c.pulls(f)
	if err != nil {
		return prReport{}, err
	}
	closed, err := c.closeMoot(f, pulls.moot)
	if err != nil {
		return prReport{}, err
	}
	var r prReport
	switch len(pulls.due) {
	case 0:
		r, err = c.nextPhase(f, margin)
	case 1:
		r, err = c.refresh(f, pulls.due[0])
	default:
		err = problem.PRTwoOpen.With(pulls.due[0].Number, pulls.due[0].Head, pulls.due[1].Number, pulls.due[1].Head)
	}
	r.Closed, r.Base, r.DryRun = append(closed, r.Closed...), c.base, c.f.dryRun
	return r, err
}

// refresh brings the open pull request up to date with the base.
func (c *prCall) refresh(f forge.Forge, pull forge.Pull) (prReport, error) {
	r := prReport{Operation: opNone, Branch: pull.Head, Epoch: c.now.Status.Epoch + 1, Number: pull.Number, URL: pull.URL, Draft: pull.Draft}
	commit := c.branches.Heads[pull.Head]
	if commit == "" {
		r.Why = "the open pull request has no branch any more: close it, or restore the branch"
		return r, nil
	}
	h, err := c.inspect(pull.Head, commit)
	switch {
	case err != nil:
		return r, err
	case h.foreign != "":
		return c.left(h, []forge.Pull{pull}), nil
	case !h.holds(c.now): // the state at the base was changed under it
		r.Why = "the state changed at " + c.base + ": the open pull request is moot"
		if r.Closed, err = c.closeMoot(f, []forge.Pull{pull}); err == nil {
			r.Number, r.URL = 0, ""
		}
		return r, err
	}
	last, _ := lastEntry(h.next)
	k := ask{verb: verbOf(last), held: true}
	c.f.ahead = h.prepared()
	return c.openOne(f, k, []forge.Pull{pull})
}

// nextPhase opens the pull request of the next phase, if its gate is open.
func (c *prCall) nextPhase(f forge.Forge, margin margin) (prReport, error) {
	k, why, err := c.due(margin)
	if err != nil || k.verb == "" {
		return prReport{Operation: opNone, Why: why, blocked: err}, nil
	}
	if err := c.checkout(c.tip); err != nil {
		return prReport{}, err
	}
	m, err := c.tried(k)
	if err != nil && k.verb == verbStart {
		return prReport{Operation: opNone, Why: why, blocked: problem.PRBlocked.With(why, problem.Of(err)[0].Text).Because(err)}, nil
	}
	if err != nil {
		return c.waiting(err), nil
	}
	branch := branchOf(m.State)
	refused, err := c.refusedByPerson(f, branch)
	if err != nil || refused != 0 {
		return prReport{Operation: opNone, Branch: branch, Number: refused, Why: fmt.Sprintf("a person closed pull request #%d of this phase: open it again, or run `l5d-pki-render pr`", refused)}, err
	}
	r, err := c.openOne(f, k, nil)
	if why != "" {
		r.Why = why + ": " + r.Why
	}
	return r, err
}

// tried makes the move and keeps nothing of it.
func (c *prCall) tried(k ask) (*rotation.Move, error) {
	evidence, err := c.f.evidence.load(c.at(c.state), c.now)
	if err != nil {
		return nil, err
	}
	o := c.f.options
	o.Ahead = c.f.ahead
	m, err := c.make(k, evidence, o)
	if err == nil {
		wipe(m.Minted)
	}
	return m, err
}

// waiting says what the next phase waits for.
func (c *prCall) waiting(err error) prReport {
	k := ask{verb: verbAdvance}
	r := prReport{Operation: opNone, Why: fmt.Sprintf("the gate of %q is shut: merged is not yet applied, or no evidence shows it", c.f.target(k, c.now))}
	for _, p := range problem.Of(err) {
		r.Needs = append(r.Needs, p.Error())
	}
	return r
}

// refusedByPerson finds a pull request of the branch that somebody closed
// without merging it. Those that became moot say so in their title.
func (c *prCall) refusedByPerson(f forge.Forge, branch string) (int, error) {
	pulls, err := f.List(c.ctx, forge.Query{Base: c.base, Head: branch, State: "closed"})
	for _, p := range slices.Backward(pulls) {
		if !strings.HasSuffix(p.Title, mootTitle) {
			return p.Number, err
		}
	}
	return 0, err
}

// due says which move comes next; no verb: none, and why. An error says that a
// certificate ends and a person is needed.
func (c *prCall) due(m margin) (ask, string, error) {
	if c.now.Status.Rotation != nil {
		return ask{verb: verbAdvance}, "", nil
	}
	st, err := rotation.StatusOf(c.now, rotation.Evidence{}, c.instant())
	if err != nil {
		return ask{}, "", err
	}
	kind, x, ok := endingSoon(st, m, c.instant())
	if !ok {
		return ask{}, "no rotation is under way, and no certificate in use ends soon", nil
	}
	why := fmt.Sprintf("%s %q ends at %s", x.Kind, x.Name, stamped(x.NotAfter))
	switch {
	case x.Expired && kind == state.KindAnchor:
		return ask{}, why, problem.PRBlocked.With(why, "expired material is replaced or renewed by a person")
	case c.keyHome(c.now) == c.f.statePath && !filepath.IsAbs(c.f.keysDir):
		return ask{}, why, problem.PRBlocked.With(why, "custody file would leave the new keys in the folder of this job: give --keys-dir an absolute path that outlives it, or start the rotation by hand")
	}
	return ask{verbStart, kind, false}, why, nil
}

// startKinds by kind of certificate, the most urgent first: a new anchor brings
// a new issuer with it.
var startKinds = [][2]string{{"anchor", state.KindAnchor}, {"issuer", state.KindIssuer}, {"webhook", state.KindWebhooks}, {"webhook-ca", state.KindWebhooks}}

// endingSoon finds the certificate in use because of which a rotation is due. Extra
// anchors are somebody else's to rotate.
func endingSoon(st *rotation.Status, m margin, at time.Time) (kind string, x rotation.Expiry, ok bool) {
	for _, pair := range startKinds {
		for _, x := range st.Certificates {
			if x.Kind == pair[0] && x.InUse && x.Role == state.RoleCurrent && m.reached(x, at) {
				return pair[1], x, true
			}
		}
	}
	return "", rotation.Expiry{}, false
}

// margin is how much of a certificate's life has to be left.
type margin struct {
	percent float64
	left    time.Duration
}

// marginOf reads "30%", a duration, or "never".
func marginOf(text string) (margin, error) {
	if text == "never" || text == "" {
		return margin{}, nil
	}
	if number, isPercent := strings.CutSuffix(text, "%"); isPercent {
		percent, err := strconv.ParseFloat(number, 64)
		if err != nil || percent <= 0 || percent >= 100 {
			return margin{}, problem.PRMargin.With(text)
		}
		return margin{percent: percent}, nil
	}
	left, err := duration(text)
	if err != nil || left <= 0 {
		return margin{}, problem.PRMargin.With(text)
	}
	return margin{left: left}, nil
}

func (m margin) reached(x rotation.Expiry, at time.Time) bool {
	if m.percent == 0 && m.left == 0 {
		return false
	}
	left := max(m.left, time.Duration(m.percent/100*float64(x.NotAfter.Sub(x.NotBefore))))
	return x.NotAfter.Sub(at) < left
}
