//go:build linux

package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
)

// proveLong lets tests inject every fault, and not one of each kind.
const proveLong = "L5D_PROVE_LONG"

// faultKit has what the scenes of the fault tests need.
type faultKit struct {
	bin, identity, recipient, other string
}

func newFaultKit(t *testing.T) faultKit {
	t.Helper()
	hasStrace(t)
	one, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	two, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	bin := command(t)
	if err := os.Symlink(bin, filepath.Join(filepath.Dir(bin), "l5d-pki-render-chart")); err != nil {
		t.Fatal(err)
	}
	return faultKit{bin, one.String(), one.Recipient().String(), two.Recipient().String()}
}

// scene makes a repository by commands, the last of which is yet to be run.
func (k faultKit) scene(t *testing.T, files map[string]string, commands ...[]string) scene {
	t.Helper()
	s := scene{dir: t.TempDir(), temporary: t.TempDir(), state: "rotation.yaml", identity: k.identity}
	do := func(name string, args ...string) {
		if stderr, code := s.run(t, exec.Command(name, args...), strings.Join(args, " ")); code != 0 {
			t.Fatalf("%v: %s", args, stderr)
		}
	}
	do("git", "init", "-q", "-b", "main")
	if err := os.WriteFile(filepath.Join(s.dir, ".gitignore"), []byte("*.key\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	last := len(commands) - 1
	for _, args := range commands[:last] {
		do(k.bin, args...)
	}
	for name, text := range files {
		path := filepath.Join(s.dir, name)
		old, _ := os.ReadFile(path) // "+" adds to a file that is there
		if more, adds := strings.CutPrefix(text, "+"); adds {
			text = strings.Replace(string(old), "spec:\n", "spec:\n"+more, 1)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	do("git", "add", "--all")
	do("git", "-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-q", "-m", "begin")
	s.args = commands[last]
	return s
}

func words(text string) []string { return strings.Fields(text) }

const pod = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: NAME
  namespace: shop
spec:
  template:
    metadata:
      annotations:
        linkerd.io/inject: enabled
    spec:
      containers: []
`

// scenes are one for each command that changes files, by its name.
func (k faultKit) scenes(t *testing.T) map[string]scene {
	t.Helper()
	sealed := words("init --new --linkerd-version 2.13 --recipient " + k.recipient)
	plain := words("init --new --linkerd-version 2.13 --custody file --keys-dir keys")
	start := words("start anchor --strategy bundle --assume DELIVERED-ELSEWHERE --because test")
	advance := words("advance --assume BUNDLE-DELIVERED --because test")
	outputs := "+  outputs:\n  - {kind: values, path: out/values.yaml}\n  - {kind: helm-values, name: pki, path: out/cm.yaml}\n"
	chartDir, err := filepath.Abs("../../fixtures/charts/control-plane")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]scene{
		"init":                k.scene(t, nil, plain),
		"init, age":           k.scene(t, nil, sealed),
		"start":               k.scene(t, nil, sealed, start),
		"start, custody file": k.scene(t, nil, plain, start),
		"start --csr-out":     k.scene(t, nil, plain, words("start issuer --issuer-key keys/asked.key --csr-out asked.csr")),
		"advance":             k.scene(t, nil, sealed, start, advance),
		"sync":                k.scene(t, map[string]string{"rotation.yaml": outputs, "old.yaml": "# l5d-pki-render: owned by linkerd, output 3: do not edit\n"}, sealed, words("sync")),
		"pr --commit-only":    k.pulls(t, plain, start),
		"custody rewrap":      k.scene(t, nil, sealed, words("custody rewrap")).edited(t, "recipients:\n", "recipients:\n    - "+k.other+"\n"),
		"custody rewrap --from file": k.scene(t, nil, plain, words("custody rewrap --from file")).
			edited(t, "kind: file\n", "kind: age\n    recipients: ["+k.recipient+"]\n"),
		"chart --split": k.scene(t, map[string]string{"charts/.keep": ""}, sealed, append(words("chart --split charts --values"), filepath.Join(filepath.Dir(chartDir), "families", "2.13.yaml"), chartDir)),
		"workloads": k.scene(t, map[string]string{"apps/one.yaml": strings.Replace(pod, "NAME", "one", 1), "apps/two.yaml": strings.Replace(pod, "NAME", "two", 1)},
			sealed, start, advance, words("workloads apps")),
	}
}

// TestFaults injects faults into every command that changes files: what was
// there or what shall be is there, no key is lost or shown to Git, and the same
// command, run again, does its work. One fault of each kind at each kind of
// boundary; with L5D_PROVE_LONG=1 every fault at every system call.
func TestFaults(t *testing.T) {
	k := newFaultKit(t)
	long := os.Getenv(proveLong) != ""
	seen := map[string]bool{}
	report, total := &strings.Builder{}, 0
	began := time.Now()
	scenes := k.scenes(t)
	for _, name := range slices.Sorted(maps.Keys(scenes)) {
		t.Run(name, func(t *testing.T) {
			c := newFaultCase(t, k, scenes[name])
			injected := 0
			for _, b := range c.boundaries {
				for _, fault := range faults {
					kind := b.String() + " " + fault.name
					if strings.HasPrefix(b.call, "link") || strings.HasPrefix(b.call, "rename") || strings.HasPrefix(b.call, "unlink") {
						kind = name + " " + kind // where a command may be stopped half-way
					}
					if !long && (seen[kind] || fault.name == "ENOSPC") {
						continue
					}
					seen[kind] = true
					injected++
					c.inject(t, b, fault.name, fault.inject)
				}
			}
			total += injected
			fmt.Fprintf(report, "| %s | %d | %d |\n", name, len(c.boundaries), injected)
		})
	}
	t.Logf("%d faults in %v\n| command | system calls | faults |\n|---|---|---|\n%s", total, time.Since(began).Round(time.Second), report)
	if file := os.Getenv("L5D_PROVE_REPORT"); file != "" && long && !t.Failed() {
		writeReport(t, file, report.String(), total)
	}
}

// faultCase is a scene with what a run without faults makes of it.
type faultCase struct {
	faultKit
	scene
	before, after map[string]string
	boundaries    []boundary
}

func newFaultCase(t *testing.T, k faultKit, s scene) faultCase {
	t.Helper()
	c := faultCase{faultKit: k, scene: s, before: s.files(t)}
	clean := s.copied(t)
	trace, stderr, code := traced(t, k.bin, clean, "one", "")
	if code != 0 {
		t.Fatalf("without a fault: code %d: %s", code, stderr)
	}
	c.after, c.boundaries = clean.files(t), boundaries(trace)
	if len(c.boundaries) < 3 {
		t.Fatalf("only %v", c.boundaries)
	}
	return c
}

// inject runs the command with one fault, looks at what is left, and runs it
// again with other random bytes.
func (c faultCase) inject(t *testing.T, b boundary, name, fault string) {
	t.Run(fmt.Sprintf("%s %s %d", b, name, b.nth), func(t *testing.T) {
		s, stderr, code := c.struck(t, b, name, fault)
		done := s.oldOrNew(t, c.before, c.after) && !s.elsewhere
		if again, code := s.run(t, exec.Command(c.bin, s.args...), "two"); code != 0 && !done {
			t.Errorf("run again: code %d: %s", code, again)
		}
		s.sameNames(t, c.after)
		if t.Failed() {
			t.Logf("the first run ended with code %d: %s", code, stderr)
		}
	})
}

// struck runs the command in a fresh copy of the scene with one fault. The Go
// runtime writes to an event of its own now and then, which counts as a write: a
// run that has fewer of them never reaches the call, and another one is made.
func (c faultCase) struck(t *testing.T, b boundary, name, fault string) (s scene, stderr string, code int) {
	t.Helper()
	var trace string
	for range 10 {
		s = c.scene.copied(t)
		trace, stderr, code = traced(t, c.bin, s, "one", b.inject(fault))
		killed := code == -1 || code == 137
		if killed && name != "SIGKILL" {
			t.Fatalf("code %d: %s\n%s", code, stderr, trace)
		}
		if killed || strings.Contains(trace, "(INJECTED)") {
			return s, stderr, code
		}
	}
	t.Fatalf("nothing was injected in ten runs: code %d: %s\n%s", code, stderr, trace)
	return s, stderr, code
}

// edited changes a text of the state in force.
func (s scene) edited(t *testing.T, from, to string) scene {
	t.Helper()
	path := filepath.Join(s.dir, s.state)
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), from) {
		t.Fatalf("%v: no %q in\n%s", err, from, text)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), from, to, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	return s
}

// pulls is a scene for pr: the move is made of what is committed.
func (k faultKit) pulls(t *testing.T, commands ...[]string) scene {
	t.Helper()
	last := len(commands) - 1
	commands[last] = append(words("pr --commit-only"), commands[last]...)
	s := k.scene(t, nil, commands...)
	s.elsewhere = true
	return s
}

func writeReport(t *testing.T, file, rows string, total int) {
	t.Helper()
	text := fmt.Sprintf("# Faults of the disk\n\nWritten by `make prove-long`. Every system call of these commands that creates, writes,\nsyncs, renames, links, unlinks or chmods failed once with EIO, once with ENOSPC, and was\nthe last one of a killed process once: %d faults. After each, every file was old or\nnew, every key that the state names was there and fitted its certificate, Git saw no key\nin clear, and the same command, run again, did its work and left no temporary file.\n\n| command | system calls | faults |\n|---|---|---|\n%s", total, rows)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
