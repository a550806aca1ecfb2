package main

import (
	"crypto/sha256"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/cli"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"l5d-pki-render":       func() { os.Exit(cli.Main(cli.Arguments(os.Args), testWorld())) },
		"l5d-pki-render-krm":   func() { os.Exit(cli.Main(cli.Arguments(os.Args), testWorld())) },
		"linkerd-pki":          func() { os.Exit(cli.Main(cli.Arguments(os.Args), testWorld())) },
		"l5d-pki-render-chart": serveChart,
		// For pages of the documentation.
		"l5d-pki-render-cluster": serveCluster,
		"l5d-pki-render-forge":   serveForge,
		"age-keygen":             ageKeygen,
	})
}

// testWorld is the real world but for three things that transcripts and power
// cuts set by the environment of this test binary: the clock, the random bytes,
// and the change of the disk before which the process is killed.
func testWorld() cli.World {
	w := cli.System()
	if text := os.Getenv("TEST_NOW"); text != "" {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			panic(err)
		}
		w.Now = func() time.Time { return at }
	}
	if file := os.Getenv("TEST_CLOCK"); file != "" {
		w.Now = pageClock(file)
	}
	if seed := os.Getenv("TEST_SEED"); seed != "" {
		w.Random = rand.NewChaCha8(sha256.Sum256([]byte(seed)))
	}
	if n, err := strconv.Atoi(os.Getenv("TEST_KILL_AT")); err == nil {
		w.Step = func(string) {
			if n--; n == 0 {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {} // until the signal arrives
			}
		}
	}
	return w
}

// TestScripts runs the transcripts: the real command, as a user types it.
// $FIXTURES is a copy of the repository's fixtures folder.
func TestScripts(t *testing.T) {
	fixtures := closedFixtures(t, ".")
	files, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts found: %v", err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv("FIXTURES", fixtures)
			env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
			return nil
		},
	})
}
