package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestObserveFleet: the program is asked once for each member that has a context, with the
// flags of the command; what it shows is what `fleet status` knows afterwards.
func TestObserveFleet(t *testing.T) {
	t.Parallel()
	l := fleetLand(t)
	gitIn(t, l.clone, "pull", "-q")
	text, err := os.ReadFile(filepath.Join(l.clone, "west", "rotation.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	west, err := state.ParseLegacy("west", text)
	if err != nil {
		t.Fatal(err)
	}
	asked := l.shows(holding(t, west, l.at.Add(-time.Hour), nil))
	file := filepath.Join(t.TempDir(), "fleet.yaml")
	rel := func(name string) string {
		path, err := filepath.Rel(filepath.Dir(file), filepath.Join(l.clone, name))
		if err != nil {
			t.Fatal(err)
		}
		return filepath.ToSlash(path)
	}
	fleet := strings.NewReplacer("linkerd/pki/rotation.yaml", rel("linkerd/pki/rotation.yaml"), "west/rotation.yaml", rel("west/rotation.yaml")+", context: at-west, observation: seen/west.yaml").Replace(fleetOfTwo)
	if err := os.WriteFile(file, []byte(fleet), 0o644); err != nil {
		t.Fatal(err)
	}
	got := callAt(t, l.at, "", l.env, "observe", "--fleet", file, "--kubeconfig", "conf", "--observe-timeout", "2m")
	written := filepath.Join(filepath.Dir(file), "seen", "west.yaml")
	if got.code != ExitFailed || got.out != fmt.Sprintf("prod-argocd: UNKNOWN: spec.members has no context for it\nwest: wrote %s\nobserved 1 of 2 members\n", written) {
		t.Errorf("code %d: %s%s", got.code, got.out, got.stderr)
	}
	var request struct{ Cluster, Context, Kubeconfig string }
	question, err := os.ReadFile(asked)
	if err == nil {
		err = json.Unmarshal(question, &request)
	}
	if err != nil || request.Cluster != "west" || request.Context != "at-west" || request.Kubeconfig != "conf" {
		t.Errorf("%v: %s", err, question)
	}
	seen, err := os.ReadFile(written)
	if err == nil {
		_, err = rotation.ParseObservation(written, seen)
	}
	if err != nil {
		t.Error(err)
	}
	status := callAt(t, l.at, "", nil, "fleet", "status", "-f", file, "-o", "json")
	if !strings.Contains(status.out, `"observed": "`+l.at.Add(-time.Hour).Format(time.RFC3339)+`"`) {
		t.Errorf("%s%s", status.out, status.stderr)
	}
	// Pods of a StatefulSet have the same names in every cluster: a leaf in one Prometheus
	// would count for the pod of another member.
	for _, flags := range [][]string{{"--context", "x"}, {"--prometheus", "http://127.0.0.1:1"}} {
		if got := callAt(t, l.at, "", l.env, append([]string{"observe", "--fleet", file}, flags...)...); got.code != ExitUsage {
			t.Errorf("with %s: code %d: %s", flags[0], got.code, got.stderr)
		}
	}
}
