package problem

// Findings of lint about workloads.
var (
	LintWorkloadHeld = Sentence{
		Code:    "lint-workload-held",
		Text:    "%s does not restart by itself with a wave: %s",
		Hint:    "resume or restart it by hand after the stamp is applied and before the next phase",
		Explain: "A wave restarts workloads by a changed annotation of the pod template. A paused Deployment, an update strategy OnDelete, a partition, a canary that pauses without an end, or a DeploymentConfig without the trigger ConfigChange keeps the old pods, and with them the old trust bundle, until a person acts.",
	}
	LintWorkloadImmune = Sentence{
		Code:    "lint-workload-immune",
		Text:    "%s is meshed, and no stamp restarts it: %s",
		Hint:    "restart it in each wave, through the operator, chart or controller that made it",
		Explain: "Stamps are written on the pod templates of Deployments, StatefulSets, DaemonSets, Rollouts, DeploymentConfigs and CronJobs. Pods that an operator or a chart makes, and Jobs, Pods and ReplicaSets, keep the trust bundle that they started with until something else replaces them.",
	}
	LintInjectMisplaced = Sentence{
		Code:    "lint-inject-misplaced",
		Text:    "%s: %s",
		Hint:    "move the annotation, or remove it",
		Explain: "Linkerd's injector reads the annotation linkerd.io/inject of the pod template and of the Namespace, and nothing else. Elsewhere it has no effect, and whoever wrote it may take the workload for meshed.",
	}
)
