package guard

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyuse"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// pathsOf lists the paths that a state names for each public key.
func pathsOf(keys []render.NamedKey) map[string][]string {
	paths := map[string][]string{}
	for _, k := range keys {
		spki := custody.SPKI(k.Certificate)
		if !slices.Contains(paths[spki], k.Path) {
			paths[spki] = append(paths[spki], k.Path)
		}
	}
	for _, p := range paths {
		slices.Sort(p)
	}
	return paths
}

// judgeKeyFiles judges where keys are said to be, and the key files that changed,
// without opening any.
func (g *judgement) judgeKeyFiles(is *state.Rotation) error {
	kind, err := g.Custody(g.Path(g.State), is)
	if err != nil {
		g.r.findings = append(g.r.findings, problem.Of(g.Told(err))...)
		return nil
	}
	keys := keyuse.Held(is)
	known := map[string][]string{}
	if g.Now != nil {
		known = pathsOf(keyuse.Held(g.Now))
		g.judgeRecipients(is)
	}
	said := map[string]bool{}
	if err := g.judgeRetiredKeys(is); err != nil {
		return err
	}
	g.judgeShared(keys, known, kind.Kind.Seal == nil)
	if err := g.judgeStored(is); err != nil {
		return err
	}
	for _, k := range keys {
		spki := custody.SPKI(k.Certificate)
		was, had := known[spki]
		if now := pathsOf(keys)[spki]; had && !slices.Equal(was, now) && !said[spki] {
			said[spki] = true
			g.r.fail(problem.PRGuardKeys.With(sink.Markdown(k.Name), "is named at "+shownPaths(now)+", and was at "+shownPaths(was)).In(g.State))
		}
		if kind.Kind.Seal == nil || kind.Mode == keyfile.PlainMode {
			if k.Path != "" && !had {
				g.r.notes = append(g.r.notes, fmt.Sprintf("the key of %s is read from %s", sink.Markdown(k.Name), sink.Code(sink.Name(k.Path))))
			}
			continue
		}
		g.judgeKept(k, is, had)
		if k.Path != "" {
			if err := g.judgeKeyFile(kind, k, had && slices.Contains(was, k.Path)); err != nil {
				return err
			}
		}
	}
	return nil
}

// judgeRetiredKeys: the key of a retired anchor is named where it was, for else another
// one is destroyed in its place.
func (g *judgement) judgeRetiredKeys(is *state.Rotation) error {
	if g.Now == nil {
		return g.noteRetiredKeys(is)
	}
	known := pathsOf(append(keyuse.Held(g.Now), keyuse.Retired(g.Now)...))
	for _, k := range keyuse.Retired(is) {
		if was := known[custody.SPKI(k.Certificate)]; !slices.Contains(was, k.Path) {
			where := "is named at " + shownPaths([]string{k.Path}) + ", and was at " + shownPaths(was)
			g.r.fail(problem.PRGuardKeys.With(sink.Markdown(k.Name), where).In(g.State))
		}
	}
	return nil
}

// noteRetiredKeys says where a first state has keys of retired anchors, and which other
// state needs what is there.
func (g *judgement) noteRetiredKeys(is *state.Rotation) error {
	retired := keyuse.Retired(is)
	if len(retired) == 0 {
		return nil
	}
	others, err := g.otherStates()
	if err != nil {
		return err
	}
	for _, k := range retired {
		note := fmt.Sprintf("the key of %s, to be destroyed once nobody trusts it, is at %s", sink.Markdown(k.Name), sink.Code(shownPaths([]string{k.Path})))
		for _, other := range others {
			for _, o := range keyuse.Held(other.now) {
				if k.Path != "" && o.Path != "" && path.Join(path.Dir(other.name), o.Path) == g.Beside(k.Path) {
					note += fmt.Sprintf("; **it has to stay**: state %s has the key of %s there", sink.Code(sink.Name(other.name)), sink.Markdown(o.Name))
				}
			}
		}
		g.r.notes = append(g.r.notes, note)
	}
	return nil
}

// judgeShared: no two public keys have their private key at one path, or, where one of them
// comes with the change, at names that a store may take for one. What one of them is used
// for, such as a Secret in the cluster, would hold the other.
func (g *judgement) judgeShared(keys []render.NamedKey, known map[string][]string, store bool) {
	comes := func(k render.NamedKey) bool { return !slices.Contains(known[custody.SPKI(k.Certificate)], k.Path) }
	for i, k := range keys {
		for _, other := range keys[:i] {
			alias := store && (comes(k) || comes(other)) && keyuse.SameInStore(k.Path, other.Path)
			if k.Path == "" || other.Path == "" || k.Path != other.Path && !alias || custody.SPKI(other.Certificate) == custody.SPKI(k.Certificate) {
				continue
			}
			why := fmt.Sprintf("it is at %s, where the state has the key of %s", sink.Name(k.Path), sink.Markdown(other.Name))
			if k.Path != other.Path {
				why = fmt.Sprintf("a store may take its name, %s, for that of the key of %s, %s", sink.Name(k.Path), sink.Markdown(other.Name), sink.Name(other.Path))
			}
			g.r.fail(problem.PRGuardKeyFile.With(sink.Markdown(k.Name), why).In(g.State))
			break
		}
	}
}

// judgeKept: a key that comes with the change, or that it puts in force, is in the merge
// where the custody keeps keys in Git. Else its only copy may be on its author's machine.
// Keys of anchors are often kept elsewhere, as are those of the first state.
func (g *judgement) judgeKept(k render.NamedKey, is *state.Rotation, had bool) {
	if g.Now == nil || strings.HasPrefix(k.Name, "anchor ") {
		return
	}
	switched := is.Issuing().Certificate != g.Now.Issuing().Certificate && k.Name == "issuer "+is.Issuing().Name
	if had && !switched {
		return
	}
	switch _, err := g.after.Find(g.Beside(k.Path)); {
	case k.Path == "":
		g.r.fail(problem.PRGuardKeyFile.With(sink.Markdown(k.Name), "the state names none, and the custody keeps keys in Git").In(g.State))
	case errors.Is(err, repo.ErrAbsent):
		g.r.fail(problem.PRGuardKeyFile.With(sink.Markdown(k.Name), "it is not in the repository").In(sink.Name(g.Beside(k.Path))))
	}
}

// shownPaths shows paths of keys.
func shownPaths(paths []string) string {
	shown := make([]string, len(paths))
	for i, p := range paths {
		if shown[i] = sink.Name(p); p == "" {
			shown[i] = "no path"
		}
	}
	return strings.Join(shown, " and ")
}

// judgeKeyFile judges one key file of a custody that keeps keys in Git; had says
// that the base names it for the certificate already.
func (g *judgement) judgeKeyFile(kind *custody.Custody, k render.NamedKey, had bool) error {
	name := g.Beside(k.Path)
	g.r.owned = append(g.r.owned, name)
	shown := sink.Name(name)
	old, errOld := g.before.Find(path.Join(path.Dir(g.wasName), k.Path))
	now, errNow := g.after.Find(name)
	changed := func(how string) { g.r.fail(problem.PRGuardKeys.With(sink.Markdown(k.Name), how).In(shown)) }
	switch {
	case base.IsNotRegular(errNow):
		g.r.fail(problem.PRGuardNotFile.With(errNow, "change").In(shown))
		return nil
	case errNow != nil && errOld == nil:
		changed("its file is deleted, and the state names it")
		return nil
	case errNow != nil:
		if !had {
			g.r.notes = append(g.r.notes, fmt.Sprintf("the key of %s is not in the repository (%s)", sink.Markdown(k.Name), sink.Code(shown)))
		}
		return nil
	case errOld == nil && old.Object == now.Object && had:
		return nil
	case had && errOld == nil:
		changed("its file was replaced")
	case had:
		changed("its file was added")
	}
	text, err := g.Repo.Read(now, keyfile.MaxSize)
	if errors.Is(err, repo.ErrTooLarge) {
		g.r.fail(problem.PRGuardUnreadable.With("change", err).In(shown))
		return nil
	}
	if err != nil {
		return base.GitProblem(err)
	}
	for _, p := range problem.Of(g.claims(kind, k, text)) {
		g.r.fail(problem.PRGuardKeyFile.With(sink.Markdown(k.Name), p.Text).In(shown))
	}
	return g.judgeSealedTo(kind.State, k, text)
}

// claims compares what a key file says of itself with the state, and, where this
// job has an age identity, what it holds.
func (g *judgement) claims(kind *custody.Custody, k render.NamedKey, text []byte) error {
	if kind.Facts == nil {
		return nil
	}
	facts, err := kind.Facts(text)
	switch {
	case err != nil:
		return err
	case facts.SPKI == "" && !facts.Passphrase:
		return errors.New("it does not say for which certificate it is, as key files of this tool do")
	}
	all, err := render.KeysByPlace(kind.State)
	if err != nil {
		return err
	}
	place := slices.IndexFunc(all, func(of render.NamedKey) bool { return of.Where == k.Where })
	if place < 0 {
		return errors.New("it is for no Secret that this version knows")
	}
	if err := keyfile.CheckFacts(kind, text, all[place]); err != nil {
		return err
	}
	if kind.Name != state.CustodyAge || !g.q.Opens && g.Getenv("L5D_PKI_AGE_IDENTITY") == "" {
		g.r.notes = append(g.r.notes, fmt.Sprintf("the key file of %s says that it holds this key; only who can open it can prove it", sink.Markdown(k.Name)))
		return nil
	}
	key, err := kind.Open(text, k)
	key.Wipe()
	return err
}

// judgeRecipients: who can open the keys that are made next.
func (g *judgement) judgeRecipients(is *state.Rotation) {
	was, now := g.Now.WithDefaults().Spec.Custody, is.WithDefaults().Spec.Custody
	before, _ := json.Marshal(was) // plain data
	after, _ := json.Marshal(now)
	if !bytes.Equal(before, after) {
		g.r.fail(problem.PRGuardRecipients.With("spec.custody").In(g.State).On("spec.custody"))
	}
	for _, field := range specDiffers(g.Now, is) {
		if strings.HasPrefix(field, "linkerd.") && strings.HasSuffix(strings.ToLower(field), "namespace") { // Secrets with keys go there
			g.r.fail(problem.PRGuardRecipients.With("spec." + field).In(g.State).On("spec." + field))
		}
	}
	rules := g.sopsRulesOf(is)
	g.judgeSopsRules(rules)
	for _, name := range g.differs {
		changed := slices.Contains(rules, name) || g.before.Has(name) && isSopsRules(name, rules)
		if g.sameBeside(name) {
			continue // the state moved, and it with it
		}
		if changed || now.Certificate != "" && name == g.Beside(now.Certificate) {
			g.r.owned = append(g.r.owned, name)
			g.r.fail(problem.PRGuardRecipients.With("the file").In(sink.Name(name)))
		}
	}
}
