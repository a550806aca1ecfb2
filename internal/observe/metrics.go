package observe

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
)

// gauge is the value of a metric without labels in the text format of
// Prometheus; ok is false if it is missing, no number, or there twice.
func gauge(text []byte, name string) (value float64, ok bool) {
	for line := range bytes.Lines(text) {
		rest, found := bytes.CutPrefix(bytes.TrimSpace(line), []byte(name))
		if !found || len(rest) == 0 || rest[0] != ' ' && rest[0] != '\t' && rest[0] != '{' {
			continue
		}
		if i := bytes.LastIndexByte(rest, '}'); i >= 0 {
			rest = rest[i+1:]
		}
		fields := strings.Fields(string(rest))
		if len(fields) == 0 || ok {
			return 0, false
		}
		v, err := strconv.ParseFloat(fields[0], 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return 0, false
		}
		value, ok = v, true
	}
	return value, ok
}

// EnvValue is the value of a variable in the answer of a proxy's /env.json; ""
// if it has none.
func EnvValue(answer []byte, name string) string {
	var env map[string]*string
	if json.Unmarshal(answer, &env) != nil || env[name] == nil {
		return ""
	}
	return *env[name]
}

// Labels are the names of the labels that say which pod a series is of.
type Labels struct {
	Namespace string `json:"namespace,omitempty"`
	Pod       string `json:"pod,omitempty"`
}

// labelNames are the labels of Linkerd's own Prometheus and of common others.
var labelNames = []Labels{{"namespace", "pod"}, {"k8s_namespace_name", "k8s_pod_name"}, {"kubernetes_namespace", "kubernetes_pod_name"}}

// Sample is one value of a proxy's metric about its leaf.
type Sample struct {
	Namespace, Pod string
	Metric         string
	// Value is an instant in seconds since 1970.
	Value float64
}

// LeafQuery asks for every metric about leaves, of the targets that are up.
func LeafQuery() string {
	var names []string
	for _, m := range linkerd.LeafMetricsTable {
		for _, name := range []string{m.Expires, m.Refreshed} {
			if name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return `{__name__=~"` + strings.Join(names, "|") + `"} and on (job, instance) (up == 1)`
}

// vector is the answer to an instant query.
type vector struct {
	Status string `json:"status"`
	Error  string `json:"error"`
	Data   struct {
		ResultType string `json:"resultType"`
		Result     []struct {
			Metric map[string]string  `json:"metric"`
			Value  [2]json.RawMessage `json:"value"`
		} `json:"result"`
	} `json:"data"`
}

// ParseSamples reads the answer of Prometheus to an instant query. Series
// without the labels of a pod are left out.
func ParseSamples(answer []byte, own Labels) ([]Sample, error) {
	var v vector
	if err := json.Unmarshal(answer, &v); err != nil {
		return nil, errNoVector
	}
	if v.Status != "success" || v.Data.ResultType != "vector" {
		return nil, errNoVector
	}
	names := labelNames
	if own != (Labels{}) {
		names = []Labels{own}
	}
	var list []Sample
	for _, r := range v.Data.Result {
		var text string
		if json.Unmarshal(r.Value[1], &text) != nil {
			continue
		}
		value, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(value) || math.IsInf(value, 0) {
			continue
		}
		if pod, ok := podNamed(r.Metric, names); ok {
			list = append(list, Sample{pod.Namespace, pod.Pod, r.Metric["__name__"], value})
		}
	}
	return list, nil
}

// podNamed is the pod that the labels of a series name. Where several pairs of labels
// name different ones it is none: what Prometheus calls a target differs, and the
// application that is scraped can add the labels that others use for that.
func podNamed(metric map[string]string, names []Labels) (pod Labels, ok bool) {
	for _, n := range names {
		named := Labels{metric[n.Namespace], metric[n.Pod]}
		switch {
		case named.Namespace == "" || named.Pod == "":
		case ok && named != pod:
			return Labels{}, false
		default:
			pod, ok = named, true
		}
	}
	return pod, ok
}

// instant is a number of seconds since 1970; ok is false for one that no
// certificate has.
func instant(seconds float64) (t time.Time, ok bool) {
	const year1990, year2200 = 631_152_000, 7_258_118_400
	if !(seconds > year1990 && seconds < year2200) {
		return time.Time{}, false
	}
	return time.Unix(int64(seconds), 0).UTC(), true
}
