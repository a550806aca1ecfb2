package cli

import (
	"strings"
	"testing"
)

// TestStatusMetrics: status and alerts write the same metrics.
func TestStatusMetrics(t *testing.T) {
	path := stateCopy(t, fixtures+"/rotation/bundle/anchor-added.yaml")
	status := done(t, call(t, "", nil, "status", "-o", "openmetrics", "-s", path))
	alerts := done(t, call(t, "", nil, "alerts", "-o", "openmetrics", "-s", path))
	if status.out != alerts.out || !strings.HasSuffix(status.out, "# EOF\n") {
		t.Errorf("status writes\n%s\nalerts\n%s", status.out, alerts.out)
	}
}
