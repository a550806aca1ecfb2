package overlay

import "testing"

// TestWorkloadsOfTypedLists: the items of a DeploymentList may leave kind and
// apiVersion to the list; those of a List may not.
func TestWorkloadsOfTypedLists(t *testing.T) {
	body := "metadata: {name: cart, namespace: shop}, spec: {template: {spec: {containers: []}}}"
	for what, c := range map[string]struct{ stream, kind string }{
		"typed":            {"{apiVersion: apps/v1, kind: DeploymentList, items: [{" + body + "}]}", "Deployment"},
		"named":            {"{apiVersion: apps/v1, kind: DeploymentList, items: [{apiVersion: apps/v1, kind: Deployment, " + body + "}]}", "Deployment"},
		"other kind":       {"{apiVersion: apps/v1, kind: StatefulSetList, items: [{" + body + "}]}", "StatefulSet"},
		"its own":          {"{apiVersion: apps/v1, kind: DeploymentList, items: [{kind: DaemonSet, " + body + "}]}", "DaemonSet"},
		"in a List":        {"{apiVersion: v1, kind: List, items: [{apiVersion: apps/v1, kind: DeploymentList, items: [{" + body + "}]}]}", "Deployment"},
		"of another group": {"{apiVersion: example.com/v1, kind: Deployment, " + body + "}", ""},
		"untyped":          {"{apiVersion: v1, kind: List, items: [{" + body + "}]}", ""},
	} {
		found, err := Workloads([]byte(c.stream), "x")
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if (len(found) == 1) != (c.kind != "") || len(found) == 1 && (found[0].Kind != c.kind || found[0].APIVersion != "apps/v1" || found[0].Name != "cart") {
			t.Errorf("%s: %+v", what, found)
		}
	}
}
