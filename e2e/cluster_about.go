package e2e

import (
	"maps"
	"slices"
	"strings"
)

// kinds that the stand-in knows: group/version -> kind -> is it in a namespace?
var kinds = map[string]map[string]bool{
	"v1":                              {"Namespace": false, "Secret": true, "ConfigMap": true, "Service": true, "ServiceAccount": true},
	"apps/v1":                         {"Deployment": true},
	"batch/v1":                        {"CronJob": true, "Job": true},
	"rbac.authorization.k8s.io/v1":    {"ClusterRole": false, "ClusterRoleBinding": false, "Role": true, "RoleBinding": true},
	"admissionregistration.k8s.io/v1": {"MutatingWebhookConfiguration": false, "ValidatingWebhookConfiguration": false},
	"apiregistration.k8s.io/v1":       {"APIService": false},
}

func root(groupVersion string) string {
	if strings.Contains(groupVersion, "/") {
		return "apis/" + groupVersion
	}
	return "api/" + groupVersion
}

// plural is the name of a kind in paths.
func plural(kind string) string { return strings.ToLower(kind) + "s" }

// collection is the kind of the objects in a collection; "" for a path of one object.
func collection(path string) string {
	rest, below := strings.CutPrefix(path, root(groupVersionOf(path))+"/")
	if !below {
		return ""
	}
	parts := strings.Split(rest, "/")
	for kind, namespaced := range kinds[groupVersionOf(path)] {
		if parts[len(parts)-1] == plural(kind) && (len(parts) == 1 || namespaced && len(parts) == 3) {
			return kind
		}
	}
	return ""
}

// groupVersionOf is the group and version that a path lies below.
func groupVersionOf(path string) string {
	for groupVersion := range kinds {
		if strings.HasPrefix(path, root(groupVersion)+"/") {
			return groupVersion
		}
	}
	return ""
}

// about answers what clients ask about the server itself; nil for objects.
func about(path string) any {
	switch {
	case path == "version":
		return map[string]any{"major": "1", "minor": "34", "gitVersion": "v1.34.0"}
	case path == "api":
		return map[string]any{"kind": "APIVersions", "versions": []string{"v1"}}
	case path == "apis":
		var groups []any
		for _, groupVersion := range slices.Sorted(maps.Keys(kinds)) {
			if group, version, ok := strings.Cut(groupVersion, "/"); ok {
				one := map[string]any{"groupVersion": groupVersion, "version": version}
				groups = append(groups, map[string]any{"name": group, "versions": []any{one}, "preferredVersion": one})
			}
		}
		return map[string]any{"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
	case path == "openapi/v3":
		paths := map[string]any{}
		for groupVersion := range kinds {
			paths[root(groupVersion)] = map[string]any{"serverRelativeURL": "/openapi/v3/" + root(groupVersion)}
		}
		return map[string]any{"paths": paths}
	}
	for groupVersion, of := range kinds {
		switch path {
		case root(groupVersion):
			return resources(groupVersion, of)
		case "openapi/v3/" + root(groupVersion):
			return openAPI(groupVersion, of)
		}
	}
	return nil
}

func resources(groupVersion string, of map[string]bool) any {
	var all []any
	for _, kind := range slices.Sorted(maps.Keys(of)) {
		all = append(all, map[string]any{"name": plural(kind), "singularName": strings.ToLower(kind), "kind": kind, "namespaced": of[kind],
			"verbs": []string{"create", "delete", "get", "list", "patch", "update"}})
	}
	return map[string]any{"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": groupVersion, "resources": all}
}

// openAPI says of each kind that the server validates fields itself.
func openAPI(groupVersion string, of map[string]bool) any {
	group, version, grouped := strings.Cut(groupVersion, "/")
	if !grouped {
		group, version = "", groupVersion
	}
	paths := map[string]any{}
	for kind := range of {
		paths["/"+root(groupVersion)+"/"+plural(kind)+"/{name}"] = map[string]any{"patch": map[string]any{
			"parameters":                      []any{map[string]any{"name": "fieldValidation", "in": "query"}},
			"responses":                       map[string]any{},
			"x-kubernetes-group-version-kind": map[string]any{"group": group, "version": version, "kind": kind},
		}}
	}
	return map[string]any{"openapi": "3.0.0", "info": map[string]any{"title": "stand-in", "version": "1"}, "paths": paths}
}
