package observe

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// patience bounds waiting for programs on a machine that is busy with others.
const patience = 5 * time.Minute

// exporter serves the metrics of proxies on loopback, by path. A path that it has
// no metrics for answers 503, as a proxy does that is gone.
type exporter struct {
	*httptest.Server
	mutex   sync.Mutex
	metrics map[string]string
}

func newExporter(t *testing.T) *exporter {
	e := &exporter{metrics: map[string]string{}}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.mutex.Lock()
		defer e.mutex.Unlock()
		text, there := e.metrics[r.URL.Path]
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		if !there {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		fmt.Fprint(w, text)
	}))
	t.Cleanup(e.Close)
	return e
}

// serve sets the metrics of a path; "" is none from now on.
func (e *exporter) serve(path, text string) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.metrics[path] = text; text == "" {
		delete(e.metrics, path)
	}
}

// Families of metrics, as the proxies of a release name them.
func until214(expires time.Time) string {
	return fmt.Sprintf("# TYPE identity_cert_expiration_timestamp_seconds gauge\nidentity_cert_expiration_timestamp_seconds %d\n"+
		"# TYPE identity_cert_refresh_count counter\nidentity_cert_refresh_count 3\n", expires.Unix())
}

func since215(expires, refreshed time.Time) string {
	return fmt.Sprintf("# TYPE identity_cert_expiration_timestamp_seconds gauge\nidentity_cert_expiration_timestamp_seconds %d\n"+
		"# TYPE identity_cert_refresh_timestamp_seconds gauge\nidentity_cert_refresh_timestamp_seconds %d\n"+
		"# TYPE identity_cert_refreshes counter\nidentity_cert_refreshes_total{result=\"ok\"} 3\n", expires.Unix(), refreshed.Unix())
}

func since216(expires, refreshed time.Time) string {
	return strings.ReplaceAll(since215(expires, refreshed), "identity_cert", "control_identity_cert")
}

// target is a pod as a Prometheus scrapes it.
type target struct {
	path   string
	labels map[string]string
}

// vizTarget is a pod as the discovery of Kubernetes describes it.
func vizTarget(path, namespace, pod string) target {
	return target{path, map[string]string{
		"__meta_kubernetes_namespace": namespace, "__meta_kubernetes_pod_name": pod, "__meta_kubernetes_pod_phase": "Running",
		"__meta_kubernetes_pod_container_name": "linkerd-proxy", "__meta_kubernetes_pod_container_port_name": "linkerd-admin",
		"__meta_kubernetes_pod_label_linkerd_io_control_plane_ns": "linkerd", "__meta_kubernetes_pod_label_linkerd_io_proxy_deployment": pod,
		"__meta_kubernetes_pod_label_linkerd_io_proxy_job": "batch", "__meta_kubernetes_pod_label_app": pod,
	}}
}

// vizRelabel is the relabeling of job linkerd-proxy of linkerd2 version-2.20
// (viz/charts/linkerd-viz/templates/prometheus.yaml).
const vizRelabel = `
    relabel_configs:
    - {source_labels: [__meta_kubernetes_pod_phase], regex: (Pending|Running), action: keep}
    - {source_labels: [__meta_kubernetes_pod_container_name, __meta_kubernetes_pod_container_port_name, __meta_kubernetes_pod_label_linkerd_io_control_plane_ns], action: keep, regex: ^linkerd-proxy;linkerd-admin;linkerd$}
    - {source_labels: [__meta_kubernetes_namespace], action: replace, target_label: namespace}
    - {source_labels: [__meta_kubernetes_pod_name], action: replace, target_label: pod}
    - {source_labels: [__meta_kubernetes_pod_label_linkerd_io_proxy_job], action: replace, target_label: k8s_job}
    - {action: labeldrop, regex: __meta_kubernetes_pod_label_linkerd_io_proxy_job}
    - {action: labelmap, regex: __meta_kubernetes_pod_label_linkerd_io_proxy_(.+)}
    - {action: labeldrop, regex: __meta_kubernetes_pod_label_linkerd_io_proxy_(.+)}
    - {action: labelmap, regex: __meta_kubernetes_pod_label_linkerd_io_(.+)}
    - {action: labelmap, regex: __meta_kubernetes_pod_label_(.+), replacement: __tmp_pod_label_$1}
    - {action: labelmap, regex: __tmp_pod_label_linkerd_io_(.+), replacement: __tmp_pod_label_$1}
    - {action: labeldrop, regex: __tmp_pod_label_linkerd_io_(.+)}
    - {action: labelmap, regex: __tmp_pod_label_(.+)}
`

// job is a job of Prometheus that scrapes the exporter.
func (e *exporter) job(name, relabel string, targets ...target) string {
	var b strings.Builder
	fmt.Fprintf(&b, "  - job_name: %s%s\n    static_configs:\n", name, relabel)
	for _, t := range targets {
		// Each proxy has an address of its own, which up is compared by.
		fmt.Fprintf(&b, "    - targets: [%q]\n      labels: {__metrics_path__: %q, instance: %q", strings.TrimPrefix(e.URL, "http://"), t.path, t.path)
		for label, value := range t.labels {
			fmt.Fprintf(&b, ", %s: %q", label, value)
		}
		b.WriteString("}\n")
	}
	return b.String()
}

var listening = regexp.MustCompile(`msg="Listening on" .*address=(127\.0\.0\.1:[0-9]+)`)

// startPrometheus runs Prometheus with a configuration until the test ends, and
// returns its URL. replica, if not "", is a label of what it hands on.
func startPrometheus(t *testing.T, replica, config string, flags ...string) string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(file, fmt.Appendf(nil, "global: {scrape_interval: 2s, scrape_timeout: 2s, external_labels: {replica: %q}}\n%s", replica, config), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(peer.Program(t, "prometheus"), append([]string{"--config.file=" + file, "--storage.tsdb.path=" + filepath.Join(dir, "data"), "--web.listen-address=127.0.0.1:0"}, flags...)...)
	cmd.Env = []string{"HOME=" + dir, "PATH=/usr/bin:/bin"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	log, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	address, read := make(chan string, 1), make(chan struct{})
	var said strings.Builder
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(log); lines.Scan(); {
			if found := listening.FindStringSubmatch(lines.Text()); found != nil {
				address <- found[1]
			}
			fmt.Fprintln(&said, lines.Text())
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // its data is not needed
		<-read
		_ = cmd.Wait() // it was killed
		if t.Failed() {
			t.Logf("prometheus: %s", said.String())
		}
	})
	select {
	case at := <-address:
		return "http://" + at
	case <-read:
		t.Fatalf("prometheus ended: %s", said.String())
	case <-time.After(patience):
		t.Fatal("prometheus does not listen")
	}
	return ""
}
