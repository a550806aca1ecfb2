package render

import (
	"strconv"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
)

// holdsBack says why a stamped workload will not restart by itself, or not all of
// its pods; empty: it restarts.
//
// Sources: the API references of Kubernetes (apps/v1), of OpenShift
// (apps.openshift.io/v1), of Argo Rollouts, and of OpenKruise (apps.kruise.io,
// rollouts.kruise.io), whose StatefulSets and DaemonSets have more ways to wait.
func holdsBack(o object) string {
	for _, rule := range reasonsToHold {
		if (rule.kind == "" || rule.kind == o.kind) && rule.applies(o.get("spec")) {
			return rule.why
		}
	}
	return ""
}

// reasonsToHold: the first that applies is named.
var reasonsToHold = []struct {
	kind    string // "": every kind
	applies func(spec *manifest.Node) bool
	why     string
}{
	{"", is("true", "paused"), "paused: it restarts when it is resumed"},
	{"", is("OnDelete", "updateStrategy", "type"), "updateStrategy OnDelete: it restarts when its pods are deleted"},
	{"", is("true", "updateStrategy", "rollingUpdate", "paused"), "its update is paused: it restarts when it is resumed"},
	{"DaemonSet", partitioned, "updateStrategy has a partition: so many pods restart only when it is lowered to 0"},
	{"StatefulSet", partitioned, "updateStrategy has a partition: pods below it restart when it is lowered to 0"},
	{"DeploymentConfig", untriggered, "no trigger of type ConfigChange: it restarts by `oc rollout latest`"},
	{"Rollout", waitsForPromotion, "a step of its canary pauses without an end: it restarts when it is promoted"},
	{"Rollout", is("false", "strategy", "blueGreen", "autoPromotionEnabled"), "autoPromotionEnabled is false: its new pods serve when it is promoted"},
}

func is(want string, steps ...any) func(*manifest.Node) bool {
	return func(spec *manifest.Node) bool { return spec.Lookup(manifest.At(steps...)).Value() == want }
}

func partitioned(spec *manifest.Node) bool {
	n, err := strconv.ParseInt(spec.Lookup(manifest.At("updateStrategy", "rollingUpdate", "partition")).Value(), 0, 64)
	return err == nil && n > 0
}

// untriggered: without the field, OpenShift sets the trigger ConfigChange.
func untriggered(spec *manifest.Node) bool {
	triggers := spec.Get("triggers")
	if triggers.Kind() != manifest.Sequence {
		return false
	}
	for _, trigger := range triggers.Items() {
		if trigger.Get("type").Value() == "ConfigChange" {
			return false
		}
	}
	return true
}

func waitsForPromotion(spec *manifest.Node) bool {
	for _, step := range spec.Lookup(manifest.At("strategy", "canary", "steps")).Items() {
		for key, pause := range step.Pairs() {
			if key.Value() == "pause" && pause.Get("duration") == nil {
				return true
			}
		}
	}
	return false
}
