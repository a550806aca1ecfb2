package linkerd

import (
	"slices"
	"strings"
)

// Versions of API groups that several kinds have.
var (
	appsVersions      = []string{"apps/v1", "apps/v1beta2", "apps/v1beta1", "extensions/v1beta1"}
	kruiseAppsVersion = "apps.kruise.io/" // every version
	webhookVersions   = []string{"admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1beta1"}
	coreVersions      = []string{"v1"}
)

// apiVersions are those of the kinds of Linkerd's objects and of workloads: the ones that
// the charts of 2.10 to 2.20 render, and older ones of the same group. One that ends in
// "/" is a whole group, whose objects a controller of its own restarts.
var apiVersions = map[string][]string{
	"Secret": coreVersions, "ConfigMap": coreVersions, "Namespace": coreVersions, "Pod": coreVersions, "ReplicationController": coreVersions,
	"Deployment": appsVersions, "ReplicaSet": appsVersions,
	"StatefulSet": append([]string{kruiseAppsVersion}, appsVersions...),
	"DaemonSet":   append([]string{kruiseAppsVersion}, appsVersions...),
	"Job":         {"batch/v1"},
	"CronJob":     {"batch/v1", "batch/v1beta1", "batch/v2alpha1"}, // 2.10 and 2.11 have v1beta1
	"Rollout":     {"argoproj.io/", "rollouts.kruise.io/"},
	// Before API groups, OpenShift had its own kinds in the core group.
	"DeploymentConfig": {"apps.openshift.io/v1", "v1"},
	Mutating:           webhookVersions,
	Validating:         webhookVersions,
	APIService:         {"apiregistration.k8s.io/v1", "apiregistration.k8s.io/v1beta1"},
}

// KindOf returns the kind of an object. A kind of another API group than Kubernetes' that
// has the name of one of these is another kind, and is returned with its apiVersion before
// it: "example.com/v1 Secret". An object without apiVersion is of no other group.
func KindOf(apiVersion, kind string) string {
	versions, known := apiVersions[kind]
	read := asKubernetes(apiVersion)
	if !known || read == "" || slices.ContainsFunc(versions, func(v string) bool {
		return read == v || inGroup(read, v) || inGroup(v, read)
	}) {
		return kind
	}
	return OtherKind(apiVersion, kind)
}

// asKubernetes is an apiVersion as k8s.io/apimachinery reads it (schema.ParseGroupVersion): with nothing
// before its one slash, it is of the core group.
func asKubernetes(apiVersion string) string {
	if version, core := strings.CutPrefix(apiVersion, "/"); core && !strings.Contains(version, "/") {
		return version
	}
	return apiVersion
}

// inGroup reports whether a group, which ends in "/", is that of an apiVersion. Clients look the kind of a manifest
// without a version up in its group (meta.RESTMapper).
func inGroup(apiVersion, group string) bool {
	return strings.HasSuffix(group, "/") && strings.HasPrefix(apiVersion, group)
}

// OtherKind is the name of a kind of another API group, which is no kind's alone.
func OtherKind(apiVersion, kind string) string { return apiVersion + " " + kind }
