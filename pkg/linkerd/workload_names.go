package linkerd

import "strings"

// shortKinds are controllers as kubectl abbreviates them.
var shortKinds = map[string]string{
	"Deployment": "deploy", "StatefulSet": "sts", "DaemonSet": "ds", "ReplicaSet": "rs", "ReplicationController": "rc", "Job": "job",
}

// ShortName is a workload in short, such as "deploy/cart".
func ShortName(kind, name string) string {
	short, known := shortKinds[kind]
	if !known {
		short = strings.ToLower(kind)
	}
	return short + "/" + name
}
