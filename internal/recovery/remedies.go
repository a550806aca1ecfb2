package recovery

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// run is a command of this program on this state.
func (f Facts) run(args string) Step { return Step{Command: f.Command(args)} }

// Command is a call of this program on this state.
func (f Facts) Command(args string) string {
	if f.File != "" && f.File != "rotation.yaml" {
		args += " --state " + sink.Shell(f.File)
	}
	return "l5d-pki-render " + args
}

// observe reads the cluster, once it has taken in what the steps before changed.
func (f Facts) observe() Step { return f.run("observe --to observation.yaml") }

func (f Facts) kubectl(args string) Step {
	return Step{Command: "kubectl -n " + f.State.WithDefaults().Spec.Linkerd.Namespace + " " + args}
}

// resting reports whether a rotation may begin; another has to be ended first.
func (f Facts) resting() bool { return f.Status.Phase == state.PhaseStable }

const midway = "A rotation is under way, in which material has ended. Whether to go on with it or back depends on what the cluster has loaded: `l5d-pki-render status` shows what each needs; both take --accept-downtime."

func (f Facts) has(of string) bool { return len(lost(of)(f)) == 0 && f.named(of) }

// named reports whether the state says where the key is.
func (f Facts) named(of string) bool {
	return of != "anchor" || slices.ContainsFunc(f.State.Status.Anchors, func(a state.Anchor) bool { return a.Role == state.RoleCurrent && a.Key != "" })
}

// controlPlaneFirst restarts what signs and injects, identity before the rest.
func controlPlaneFirst(f Facts) []Step {
	return []Step{
		f.kubectl("rollout restart deploy/linkerd-identity"),
		f.kubectl("rollout status deploy/linkerd-identity"),
		f.kubectl("rollout restart deploy/linkerd-destination deploy/linkerd-proxy-injector"),
		f.kubectl("rollout status deploy/linkerd-destination"),
		f.kubectl("rollout status deploy/linkerd-proxy-injector"),
	}
}

// repair begins a rotation, brings it to the control plane, and ends it, each
// step with the evidence of the one before.
func (f Facts) repair(start string, advances int) []Step {
	steps := append([]Step{f.run(start + " --accept-downtime"), Apply}, controlPlaneFirst(f)...)
	for range advances {
		steps = append(steps, f.observe(), f.run("advance --evidence observation.yaml --accept-downtime"), Apply)
	}
	return append(steps, f.run("status"))
}

func renewOrReplace(f Facts) ([]Step, string) {
	switch {
	case !f.resting():
		return []Step{f.run("status")}, midway
	case f.has("anchor"):
		return f.repair("start renew", 1), ""
	}
	return f.repair("start replace", 2), ""
}

func newIssuerOrAnchor(f Facts) ([]Step, string) {
	switch {
	case !f.resting():
		return []Step{f.run("status")}, midway
	case f.has("anchor"):
		return f.repair("start issuer", 1), ""
	}
	return f.repair("start replace", 2), ""
}

// workingMesh replaces both: under the gate, which asks that the next bundle verifies
// what is served now, no other rotation begins in a mesh that does not.
func workingMesh(f Facts) ([]Step, string) {
	if !f.resting() {
		return []Step{f.run("status")}, "A rotation is under way, and what it has in force does not work. A person must decide whether to go on or back: `l5d-pki-render status` shows what each needs; both take --accept-downtime."
	}
	return f.repair("start replace", 2), ""
}

// fromGit brings back the key files that the last commit has; nil if it lacks one.
func (f Facts) fromGit(of string) (steps []Step) {
	for _, k := range f.MissingKeys {
		if k.Of != of {
			continue
		}
		if k.Commit == "" {
			return nil
		}
		steps = append(steps, Step{Command: checkout(k.Commit, k.File)})
	}
	if steps == nil {
		return nil
	}
	return append(steps, f.run("custody status"))
}

// checkout is the command that puts a file back as a commit has it.
func checkout(commit, file string) string {
	return "git checkout " + commit + " -- " + sink.Shell(file)
}

// rightKeys puts the right files back, as far as Git has them.
func rightKeys(f Facts) (steps []Step, person string) {
	for _, k := range f.WrongKeys {
		if k.Commit != "" {
			steps = append(steps, Step{Command: checkout(k.Commit, k.File)})
			continue
		}
		steps = append(steps, Step{Text: k.File + ": " + k.Hint})
		if k.Readable {
			continue
		}
		person = "Whether there is a right copy of a key, only you know. If there is none, move the wrong file away: `l5d-pki-render doctor` then says what to do without the key."
	}
	return append(steps, f.run("custody status")), person
}

func newAnchor(f Facts) ([]Step, string) {
	if steps := f.fromGit("anchor"); steps != nil {
		return steps, ""
	}
	if !f.resting() {
		return []Step{f.run("status")}, "A rotation is under way. It can end without the key; then run `l5d-pki-render doctor` again."
	}
	return []Step{f.run("start anchor --strategy bundle"), Apply, f.run("plan")},
		"If there is a copy of the key, put it back instead; only you know."
}

func issuerAgain(f Facts) ([]Step, string) {
	switch steps := f.fromGit("issuer"); {
	case steps != nil:
		return steps, ""
	case !f.resting():
		return []Step{f.run("status")}, "A rotation is under way. A copy of the key has to be found, or the rotation ended first."
	case f.has("anchor"):
		return []Step{f.run("start issuer"), Apply, f.run("plan")}, ""
	}
	return newAnchor(f)
}

func newWebhooks(f Facts) ([]Step, string) {
	advance := []Step{f.observe(), f.run("advance --evidence observation.yaml"), Apply}
	switch {
	case !f.resting() && f.Status.Kind == state.KindWebhooks: // the remedy is under way
		return append(advance, f.run("status")), ""
	case !f.resting():
		return []Step{f.run("status")}, "A rotation is under way, and there is one at a time. End it with advance or back first."
	}
	steps := []Step{f.run("start webhooks"), Apply}
	if len(f.State.Status.Retired) > 0 { // no rotation begins before they are gone
		steps = []Step{f.observe(), f.run("start webhooks --evidence observation.yaml"), Apply}
	}
	return append(slices.Concat(steps, advance, advance), f.run("status")), ""
}

func restoreNewest(f Facts) ([]Step, string) {
	file := f.File
	if file == "" {
		file = "rotation.yaml"
	}
	restore := checkout(f.Reverted.Commit, file)
	if f.Reverted.Name != "" {
		restore = "git show " + sink.Shell(f.Reverted.Commit+":"+f.Reverted.Name) + " > " + sink.Shell(file)
	}
	return []Step{{Command: restore}, f.run("log --verify"), f.run("status")},
		"If going back was what you wanted, run `l5d-pki-render back` after that: it goes back under the gate, and the epoch grows."
}

func restoreLog(f Facts) ([]Step, string) {
	file := f.File
	if file == "" {
		file = "rotation.yaml"
	}
	before := "`git log` shows it"
	if f.Unedited != "" {
		before = "`" + checkout(f.Unedited, file) + "`"
	}
	return []Step{{Command: "git log -p -- " + sink.Shell(file)}, f.run("status")},
		"A person must decide what the cluster has. If no host applied the edit, restore the version before it (" + before + ") and run `l5d-pki-render advance`. If one did, observe the cluster first: the phase that was skipped may still be needed."
}

func nobodyKnowsWhichMesh(f Facts) ([]Step, string) {
	return []Step{f.kubectl("get configmap linkerd-identity-trust-roots -o yaml"), f.run("status")},
		"A person must decide which mesh this state is of. If the observation is of another one, take it again with the right context; give that mesh a state file of its own with `l5d-pki-render init`. If something else writes the ConfigMap, end that first. Applying this state to a foreign mesh would cut it off."
}

func syncAgain(f Facts) ([]Step, string) {
	return []Step{f.run("sync"), Apply, f.observe(), f.run("status --evidence observation.yaml")}, ""
}

func applyAgain(f Facts) ([]Step, string) {
	return []Step{{Text: "Let your host apply the commit of this phase again, all of its objects."}, f.observe(), f.run("status --evidence observation.yaml")},
		"If your host applied everything and something still differs, a person must find what writes the old object."
}

func restartIdentity(f Facts) ([]Step, string) {
	return []Step{
		f.kubectl("rollout restart deploy/linkerd-identity"), f.kubectl("rollout status deploy/linkerd-identity"),
		f.observe(), f.run("status --evidence observation.yaml"),
	}, ""
}

func restartThose(f Facts) ([]Step, string) {
	var steps []Step
	for _, e := range f.fresh().Endpoints {
		if len(e.Bundle) == 0 || same(e.Bundle, f.Status.Bundle, false) {
			continue
		}
		for _, s := range restartOf(f, e) {
			if !slices.Contains(steps, s) {
				steps = append(steps, s)
			}
		}
	}
	return append(steps, f.observe(), f.run("status --evidence observation.yaml")), ""
}

// restartOf restarts what a row of an observation stands for.
func restartOf(f Facts, e rotation.Endpoint) []Step {
	switch {
	case e.Group == rotation.GroupControlPlane:
		return controlPlaneFirst(f)
	case e.Namespace == "":
		return []Step{{Text: "Restart the workloads of group " + e.Group + "; the observation does not name their namespace."}}
	}
	return []Step{{Command: "kubectl -n " + sink.Shell(e.Namespace) + " rollout restart deployment,statefulset,daemonset"}}
}
