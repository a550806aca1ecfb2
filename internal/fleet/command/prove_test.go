package command

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet/explore"
	"github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// proved walks the fleet of a field with two members of one proxy.
func (f *field) proved(at time.Time) (r []explore.Result, err error) {
	f.t.Helper()
	show, err := report.In(report.JSON, screen.View{})
	if err != nil {
		f.t.Fatal(err)
	}
	o := f.observing(time.Minute)
	data, failed := Prove(At{Path: o.Path}, rotation.ExploreOptions{Clusters: 2, Proxies: 1}, func() time.Time { return at }, show, errUnknown)
	if data != nil {
		if err := json.Unmarshal(data, &r); err != nil {
			f.t.Fatal(err)
		}
	}
	return r, failed
}

// TestProveFleet: the rotation under way is walked once, however many members are in it,
// with the names of its certificates; without one both strategies are. Each rule that is
// left out has a counter-example.
func TestProveFleet(t *testing.T) {
	at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	f := newField(t)
	f.member("east", nil)
	f.member("west", nil)
	walks := func(r []explore.Result) (names []string) {
		without := 0
		for _, x := range r {
			if x.Without == "" {
				names = append(names, x.Name)
				if !x.Safe || !x.Whole || !x.Reached || x.Members != 2 || x.States < 50_000 {
					t.Errorf("%+v", x)
				}
				continue
			}
			without++
			if x.Safe || len(x.Counterexample) == 0 {
				t.Errorf("%+v", x)
			}
		}
		if without < 10 {
			t.Errorf("%d rules are left out", without)
		}
		return names
	}
	r, err := f.proved(at)
	if names := walks(r); err != nil || len(names) != 1 || !strings.HasPrefix(names[0], "the rotation of east: anchor") {
		t.Errorf("%q: %v", names, err)
	}
	if text := strings.Join(r[1].Counterexample, "\n"); !strings.Contains(text, "{2025, 2026}") {
		t.Errorf("the certificates have no names: %s", text)
	}

	stable, err := os.ReadFile("../../../fixtures/rotation/bundle/stable.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"east", "west"} {
		f.write(filepath.Join(name, "rotation.yaml"), []byte(strings.Replace(string(stable), "name: fixture", "name: "+name, 1)))
	}
	r, err = f.proved(at)
	if names := walks(r); err != nil || strings.Join(names, "; ") != "anchor, bundle; anchor, cross-sign" {
		t.Errorf("%q: %v", names, err)
	}
}

// TestProveFleetFails: certificates that do not verify are a walk that ends in the first
// state, and the command says so.
func TestProveFleetFails(t *testing.T) {
	f := newField(t)
	f.member("east", nil)
	r, err := f.proved(time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)) // all have expired
	if err == nil || len(r) > 0 && r[0].Safe && r[0].Reached {
		t.Errorf("%v %+v", err, r)
	}
	if len(r) > 0 && !errors.Is(err, errUnknown) {
		t.Error(err)
	}
}
