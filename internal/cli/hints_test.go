package cli

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// hinted is a command of ours in a hint: in backquotes.
var hinted = regexp.MustCompile("`l5d-pki-render ([^`]+)`")

// hintWalks provoke a problem; then the commands of its hints are run.
var hintWalks = map[string]struct {
	prepare func(*patient)
	args    []string
}{
	"rotation-none":         {nil, []string{"advance"}},
	"rotation-no-phase":     {startAnchor, []string{"advance", "--to", "issuer-swapped"}},
	"rotation-same-phase":   {startAnchor, []string{"advance", "--to", "anchor-added"}},
	"rotation-unknown-code": {startAnchor, []string{"advance", "--assume", "ALL-DONE", "--because", "x"}},
	"rotation-contradicted": {startAnchor, []string{"advance", "--to", "issuer-switched", "--assume", "BUNDLE-LOADED", "--because", "x"}},
	"rotation-expired": {func(p *patient) { p.at = p.at.Add(366 * day) },
		[]string{"start", "anchor", "--strategy", "bundle"}},
}

func startAnchor(p *patient) {
	p.at = p.at.Add(day)
	p.run("start", "anchor", "--strategy", "bundle")
}

// hintNotYet are codes whose hint has a command that no walk runs yet.
var hintNotYet = []string{
	"adopt-verify",
	"argocd-crashed",
	"chart-render",
	"chart-request",
	"cli-unknown-code",
	"custody-for-others",
	"custody-foreign-anchor",
	"custody-foreign-file",
	"custody-key-file-missing",
	"custody-old-recipients",
	"custody-other-identity",
	"custody-unlabeled",
	"custody-unnamed",
	"forge-request",
	"guard-accept",
	"guard-conflict",
	"guard-epoch-falls",
	"guard-log-at",
	"guard-output-edited",
	"guard-output-missing",
	"guard-output-stale",
	"guard-prepared",
	"guard-revert",
	"krm-no-list",
	"observe-request",
	"pr-arguments",
	"pr-blocked",
	"rotation-g3",
	"rotation-unmet",
	"state-log-old",
	"state-output-digest",
	"state-output-unpinned",
	"sync-two-states",
	"sync-unsure-owner",
}

// TestHintsWork provokes each problem whose hint names a command of ours in full,
// and runs what the hint says: it is accepted. doctor and status may find more
// (exit 1), but never fail with an error of their own.
func TestHintsWork(t *testing.T) {
	for _, s := range problem.All() {
		code := string(s.Code)
		walk, walked := hintWalks[code]
		if listed := slices.Contains(hintNotYet, code); listed && (walked || !hinted.MatchString(s.Hint)) {
			t.Errorf("%s is listed as not walked, and need not be", code)
		}
		if !walked {
			if hinted.MatchString(s.Hint) && !slices.Contains(hintNotYet, code) && !ofCheck(code) {
				t.Errorf("no walk runs the hint of %s: %s", code, s.Hint)
			}
			continue
		}
		t.Run(code, func(t *testing.T) {
			p := newPatient(t)
			if walk.prepare != nil {
				walk.prepare(p)
			}
			refused := callAt(t, p.at, "", nil, walk.args...)
			if refused.code != ExitFailed || !strings.Contains(refused.stderr, "explain "+code+"`") {
				t.Fatalf("%v: code %d: %s", walk.args, refused.code, refused.stderr)
			}
			commands := hinted.FindAllStringSubmatch(refused.stderr, -1)
			if len(commands) < 2 { // explain is one
				t.Fatalf("the hint names no command: %s", refused.stderr)
			}
			for _, c := range commands {
				r := callAt(t, p.at.Add(day), "", nil, strings.Fields(c[1])...)
				if r.code == ExitUsage || strings.Contains(r.stderr, "error:") {
					t.Errorf("%s: code %d: %s", c[1], r.code, r.stderr)
				}
			}
		})
	}
}
