package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// gitRepository writes files of ten documents each, as people keep them: per
// application a Namespace, workloads and what goes with them.
func gitRepository(t testing.TB, dir string, files int) {
	t.Helper()
	for i := range files {
		folder := filepath.Join(dir, fmt.Sprintf("team-%02d", i%50))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("app-%04d.yaml", i)), []byte(application(i)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// application is a Namespace, four workloads and five other objects.
func application(i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: app-%d\n  annotations:\n    linkerd.io/inject: enabled\n", i)
	for n, kind := range []string{"Deployment", "Deployment", "StatefulSet", "DaemonSet"} {
		fmt.Fprintf(&b, `---
# Part %[1]d of the application.
apiVersion: apps/v1
kind: %[2]s
metadata:
  name: part-%[1]d
  namespace: app-%[3]d
  labels: {app: part-%[1]d}
spec:
  selector:
    matchLabels:
      app: part-%[1]d
  template:
    metadata:
      labels:
        app: part-%[1]d
      annotations:
        prometheus.io/scrape: "true"  # by the platform team
    spec:
      containers:
      - name: main
        image: images.example/part:%[3]d
        ports:
        - containerPort: 8080
        env:
        - name: MODE
          value: production
        resources:
          requests: {cpu: 100m, memory: 64Mi}
`, n, kind, i)
	}
	for n, kind := range []string{"Service", "ConfigMap", "ServiceAccount", "ConfigMap", "Service"} {
		fmt.Fprintf(&b, "---\napiVersion: v1\nkind: %s\nmetadata:\n  name: other-%d\n  namespace: app-%d\ndata:\n  key: |\n    some text\n    over lines\n", kind, n, i)
	}
	return b.String()
}

// BenchmarkWorkloadFiles measures 2,000 files of 20,000 documents, 8,000 of
// them meshed workloads, in place: the command's time as a multiple of that of
// reading and writing the same files in the same way (whole and synced), and of
// a bare read and write of them. The third figure is a run that finds nothing to do.
//
//	go test ./internal/cli -run - -bench WorkloadFiles -benchtime 3x
func BenchmarkWorkloadFiles(b *testing.B) {
	state, err := filepath.Abs(filepath.Join(fixtures, "workloads", "state.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	var command, whole, bare, again time.Duration
	timed := func(sum *time.Duration, f func()) {
		start := time.Now()
		f()
		*sum += time.Since(start)
	}
	for range b.N {
		dir := b.TempDir()
		gitRepository(b, dir, 2000)
		run := func() {
			if got := call(b, "", nil, "workloads", "-s", state, dir); got.code != ExitDone {
				b.Fatal(got.stderr)
			}
		}
		timed(&bare, func() {
			rewrite(b, dir, func(path string, text []byte) error { return os.WriteFile(path, text, 0o644) })
		})
		timed(&whole, func() {
			rewrite(b, dir, func(path string, text []byte) error {
				return new(app).writeFile(path, append(text, "# \n"...), 0o644, true)
			})
		})
		timed(&command, run)
		timed(&again, run)
	}
	b.ReportMetric(float64(command)/float64(whole), "x-of-whole-writes")
	b.ReportMetric(float64(command)/float64(bare), "x-of-bare-writes")
	b.ReportMetric(command.Seconds()/float64(b.N), "s-command")
	b.ReportMetric(whole.Seconds()/float64(b.N), "s-whole")
	b.ReportMetric(float64(again)/float64(command), "second/first")
}

// rewrite reads and writes every file below dir.
func rewrite(b *testing.B, dir string, write func(string, []byte) error) {
	b.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.yaml"))
	if err != nil || len(files) != 2000 {
		b.Fatalf("%d files (%v)", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err == nil {
			err = write(file, text)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
