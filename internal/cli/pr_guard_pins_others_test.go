package cli

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestGuardPinsOfOtherMembers: what a member's repository keeps of another member is asked
// for that one's keys, and does not leave with a start of the member that keeps it.
func TestGuardPinsOfOtherMembers(t *testing.T) {
	t.Parallel()
	r := newRealm(t, ageKeys, "east", "west")
	east := filepath.Join(r.top, "east")
	key, line := sshKey(t, "west", forEvidence)
	const place = "evidence/east-west-20260601T110000Z.yaml"
	seen := filepath.Join(t.TempDir(), "seen.yaml")
	r.write(seen, "apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: west\nat: 2026-06-01T11:00:00Z\ncoverage: []\ncontrolPlane: {trustRoots: old}\n"+
		"bundles: [{name: old, certificates: ["+strings.Repeat("ab", 32)+"]}]\n")
	unsigned := readFile(t, seen)
	r.do("evidence", "sign", seen, "--key", key)
	pin := func(member, branch string, accept ...string) []string {
		t.Helper()
		commit := gitIn(t, filepath.Join(r.top, member), "rev-parse", branch)
		r.pinned("pin-"+branch, "", "", func(text string) string { // by hand: the state may be the same
			before, after, _ := strings.Cut(text, "repository: "+member+"\n")
			_, rest, _ := strings.Cut(after, "commit: ")
			return before + "repository: " + member + "\n" + strings.Replace(after, strings.Fields(rest)[0], commit, 1)
		})
		return r.guard("fleet", "pin-"+branch, accept...)
	}
	committed := func(member, branch string, work func(dir string)) {
		t.Helper()
		dir := filepath.Join(r.top, member)
		gitIn(t, dir, "checkout", "-q", "-b", branch, "origin/main")
		work(dir)
		gitIn(t, dir, "add", "-A")
		gitIn(t, dir, "commit", "-q", "-m", branch)
		gitIn(t, dir, "push", "-q", "origin", branch)
		gitIn(t, dir, "checkout", "-q", "main")
	}
	committed("west", "lists", func(dir string) { put(t, dir, "allowed_signers", line) })
	pin("west", "lists")
	r.merge("fleet", "pin-lists", false)
	r.merge("west", "lists", false)
	committed("east", "linked", func(dir string) {
		put(t, dir, "rotation.yaml", strings.Replace(readFile(t, filepath.Join(dir, "rotation.yaml")), "spec:\n", "spec:\n  links:\n  - {name: west, observation: west.yaml}\n", 1))
		put(t, dir, "west.yaml", readFile(t, seen))
	})
	pin("east", "linked")
	r.merge("fleet", "pin-linked", false)
	r.merge("east", "linked", false)
	for _, c := range []struct {
		branch, text string
		want         []string
	}{{"unsigned", unsigned, []string{"guard-evidence"}}, {"signed", readFile(t, seen), nil}} {
		committed("east", c.branch, func(dir string) { put(t, dir, place, c.text) })
		if codes := pin("east", c.branch); !slices.Equal(codes, c.want) {
			t.Errorf("the fleet's guard, %s: %v, want %v", c.branch, codes, c.want)
		}
		if codes := r.guard("east", c.branch); !slices.Equal(codes, c.want) {
			t.Errorf("the member's guard, %s: %v, want %v", c.branch, codes, c.want)
		}
	}
	r.merge("fleet", "pin-signed", false)
	r.merge("east", "signed", false)
	foreign := filepath.Join(t.TempDir(), "foreign.yaml") // newer, of another control plane
	r.write(foreign, strings.Replace(unsigned, "T11:00:00Z", "T11:30:00Z", 1)+"mesh: {trustDomain: other.local}\n")
	r.do("evidence", "sign", foreign, "--key", key)
	committed("east", "foreign", func(dir string) { put(t, dir, place, readFile(t, foreign)) })
	committed("east", "elsewhere", func(dir string) {
		put(t, dir, "pki/rotation.yaml", strings.ReplaceAll(readFile(t, filepath.Join(dir, "rotation.yaml")), "observation: west.yaml", "observation: ../west.yaml"))
		gitIn(t, dir, "rm", "-q", "rotation.yaml")
	})
	if codes := pin("east", "foreign"); !slices.Contains(codes, codeOlder) {
		t.Errorf("of another control plane, newer: %v", codes)
	}
	commit := gitIn(t, east, "rev-parse", "elsewhere")
	r.pinned("pin-elsewhere", "", "", func(text string) string {
		before, after, _ := strings.Cut(text, "name: east\n")
		_, rest, _ := strings.Cut(after, "commit: ")
		after = strings.Replace(after, strings.Fields(rest)[0], commit, 1)
		return before + "name: east\n" + strings.Replace(after, "state: rotation.yaml", "state: pki/rotation.yaml", 1)
	})
	if codes := r.guard("fleet", "pin-elsewhere", "--accept", "guard-fleet"); !slices.Contains(codes, codeOlder) {
		t.Errorf("the state moved and left its evidence: %v", codes)
	}
	for branch, want := range map[string]bool{"starts-and-takes": true, "starts": false} {
		r.moved("east", branch, "start anchor --strategy bundle --assume DELIVERED-ELSEWHERE")
		if want {
			gitIn(t, east, "checkout", "-q", branch)
			gitIn(t, east, "rm", "-q", place)
			gitIn(t, east, "commit", "-q", "-m", "takes")
			gitIn(t, east, "push", "-q", "origin", branch)
			gitIn(t, east, "checkout", "-q", "main")
		}
		if codes := pin("east", branch); slices.Contains(codes, codeOlder) != want {
			t.Errorf("%s: %v", branch, codes)
		}
	}
}
