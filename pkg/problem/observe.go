package problem

// What internal/observe and its client say.
var (
	ObserveConnect = Sentence{
		Code:    "observe-connect",
		Text:    "the cluster cannot be read: %v",
		Hint:    "`kubectl get pods` has to work with the same --kubeconfig and --context",
		Explain: "The cluster is found as kubectl finds it: --kubeconfig, the variable KUBECONFIG, ~/.kube/config, or the service account of the pod that the program runs in.",
	}
	ObserveLate = Sentence{
		Code:    "observe-late",
		Text:    "the cluster was not read within %s",
		Hint:    "`kubectl get pods` has to work with the same --kubeconfig and --context; give a large cluster longer with --observe-timeout",
		Explain: "The API server does not answer, or too slowly. Nothing is concluded from that: a cluster that cannot be read is unknown.",
	}
	ObserveNoControlPlane = Sentence{
		Code:    "observe-no-control-plane",
		Text:    "namespace %q of this cluster has no Linkerd control plane: neither ConfigMap linkerd-identity-trust-roots nor linkerd-config exists",
		Hint:    "check --context, and --namespace or spec.linkerd.namespace of the state file",
		Explain: "An observation of the wrong cluster or namespace would say that no pod is meshed. It is refused.",
	}
	ObservePrometheus = Sentence{
		Code:    "observe-prometheus",
		Text:    "Prometheus at %q cannot be used: %v",
		Hint:    "--prometheus takes the address of its API, such as http://prometheus.linkerd-viz:9090",
		Explain: "The address, the file with the bearer token or the file with the certificate authorities is not usable. A Prometheus that answers wrongly or late is not an error: then the dates of leaves are missing in the observation.",
	}
	ObserveDial = Sentence{
		Code:    "observe-dial",
		Text:    "--dial %s is unknown",
		Hint:    "write --dial never, --dial stale, --dial all, or how many proxies are dialed, such as --dial 50",
		Explain: "A proxy is asked for its chain through a forwarded port, which needs more rights than looking. With stale those are asked that may still have what they had before the last move.",
	}
	ObservePublish = Sentence{
		Code:    "observe-publish",
		Text:    "the observation cannot be written into ConfigMap %s of namespace %s: %v",
		Hint:    "`l5d-pki-render observe --rbac --publish | kubectl apply -f -` makes the ConfigMap and the role",
		Explain: "Publishing is the only thing that observe writes. It changes a ConfigMap that is there already, so that its role needs no right to create any.",
	}
	ObserveGate = Sentence{
		Code:    "observe-gate",
		Text:    "the status of RotationGate %s in namespace %s cannot be written: %v",
		Hint:    "`l5d-pki-render manifests | kubectl apply --server-side --force-conflicts -f -` makes the gate, `l5d-pki-render observe --rbac --publish | kubectl apply -f -` the role",
		Explain: "With spec.gate in the state file, observe --publish also writes the status of the gate object. The object comes from the manifests, so that its spec is Git's; observe writes its status and nothing else. kubectl does not know the kind in the run that defines it: apply the manifests twice the first time.",
	}
	ObserveLabels = Sentence{
		Code:    "observe-labels",
		Text:    "%q does not name the labels of a pod",
		Hint:    "write --prometheus-labels NAMESPACE,POD with the names of the two labels, such as namespace,pod",
		Explain: "Which pod a series is of is in two of its labels. Their names depend on how Prometheus relabels its targets.",
	}
	ObserveProgram = Sentence{
		Code:    "observe-program",
		Text:    "%q failed: %v",
		Hint:    "install l5d-pki-render-cluster beside l5d-pki-render, or name it with L5D_PKI_CLUSTER_PROGRAM",
		Explain: "The clients of Kubernetes and Prometheus are in a program of their own, so that l5d-pki-render starts fast.",
	}
	ObserveProtocol = Sentence{
		Code:    "observe-protocol",
		Text:    "l5d-pki-render-cluster speaks protocol %d, wanted %d",
		Hint:    "install both programs from the same release",
		Explain: "l5d-pki-render and l5d-pki-render-cluster come from one release. The answer was incomplete or of another version.",
	}
	ObserveRequest = Sentence{
		Code:    "observe-request",
		Text:    "there is no request on stdin",
		Hint:    "run `l5d-pki-render observe`, which starts this program",
		Explain: "l5d-pki-render-cluster is not for people: it reads one request on stdin.",
	}
)
