package linkerd

import (
	"strconv"
	"strings"
)

// stableCharts: chart version 1.N of linkerd-control-plane is Linkerd 2.M in
// the stable channel (Chart.yaml of the tags stable-2.12.0, stable-2.13.0 and
// stable-2.14.0). Other 1.N were edge releases and are not told apart.
var stableCharts = map[string]string{"9": "2.12", "12": "2.13", "16": "2.14"}

// ChartRelease is the release that a version of a control plane's chart deploys, as
// [ParseVersion] reads it: linkerd2 carries Linkerd's own version,
// linkerd-control-plane has one of its own up to 2.14, and since 2024 that of the
// edge release (2025.10.7 is edge-25.10.7).
func ChartRelease(chart, version string) (release string, known bool) {
	core, suffix, _ := strings.Cut(strings.TrimPrefix(version, "v"), "-")
	parts := strings.SplitN(core, ".", 3)
	if len(parts) < 3 {
		return "", false
	}
	release = core
	switch year, _ := strconv.Atoi(parts[0]); {
	case year > 2000:
		release = "edge-" + strconv.Itoa(year-2000) + "." + parts[1] + "." + parts[2]
	case chart == ChartControlPlane:
		if release = stableCharts[parts[1]]; parts[0] != "1" || suffix != "" {
			return "", false
		}
	case suffix != "":
		return "", false
	}
	_, err := ParseVersion(release)
	return release, err == nil
}
