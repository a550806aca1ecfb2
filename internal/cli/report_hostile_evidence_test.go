package cli

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/testkit/accessible"
)

// TestReportHostileEvidence: names of pods, replicas and workloads in an observation
// that is valid are text on the page and in Markdown, whatever they say.
func TestReportHostileEvidence(t *testing.T) {
	t.Chdir(t.TempDir())
	at := time.Date(2026, 5, 30, 12, 0, 0, 0, time.UTC)
	done(t, callAt(t, at, "", nil, "init", "--new", "--linkerd-version", "2.18", "--name", "east"))
	done(t, callAt(t, at.Add(time.Hour), "", nil, "start", "anchor", "--strategy", "bundle"))
	const observation = `apiVersion: l5d-pki-render/v1alpha2
kind: Observation
cluster: east
at: "2026-05-30T14:00:00Z"
coverage:
- {group: injectors, pods: 1}
- {group: identity, pods: 1}
- {group: proxies, pods: 1}
bundles:
- name: old
  certificates: [%s]
controlPlane:
  trustRoots: old
  injectors:
  - {pod: '<img src=x onerror=alert(1)>', bundle: old}
identity:
- {pod: '</td><script>alert(2)</script>', bundle: old}
endpoints:
- {group: proxies, bundle: old, pods: ['shop/deploy/<svg-onload=alert(3)>"@all']}
`
	if err := os.WriteFile("observation.yaml", fmt.Appendf(nil, observation, strings.Repeat("ab", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"report", "--at", "2026-05-30T15:00:00Z", "--evidence", "observation.yaml"}
	page := done(t, call(t, "", nil, args...)).out
	if wrong := accessible.Check([]byte(page)); len(wrong) > 0 {
		t.Errorf("%q", wrong)
	}
	if found := regexp.MustCompile(`<(img|script|svg-)[^>]*`).FindString(page); found != "" {
		t.Errorf("the page has the element %s", found)
	}
	seen, err := accessible.Text([]byte(page))
	for _, name := range []string{"<img src=x onerror=alert(1)>", "<script>alert(2)</script>", "<svg-onload=alert(3)>"} {
		if err != nil || !strings.Contains(seen, name) {
			t.Errorf("%s is not to be read: %v", name, err)
		}
	}
	for _, text := range []string{
		done(t, call(t, "", nil, append(args, "-o", "markdown")...)).out,
		done(t, callAt(t, at.Add(3*time.Hour), "", nil, "status", "--evidence", "observation.yaml", "-o", "markdown")).out,
	} {
		if found := regexp.MustCompile(`<(img|script|svg-|/td)|[^\w]@all`).FindString(text); found != "" || !strings.Contains(text, "alert(1)") {
			t.Errorf("Markdown has %q, or not the name:\n%s", found, text)
		}
	}
}
