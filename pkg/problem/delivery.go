package problem

// How objects reach the cluster.
var (
	DeliveryRefused = Sentence{
		Code:    "delivery-refused",
		Text:    "an output cannot be written: %s",
		Hint:    "remove the output and let the chart's host call `post-render`, or move the mesh to kubernetes.io/tls (docs/delivery.md)",
		Explain: "With issuer scheme linkerd.io/tls the chart renders the issuer Secret itself and needs the private key in its values, which no file in Git may hold.",
	}
	DeliveryNoRoute = Sentence{
		Code:    "delivery-no-route",
		Text:    "%s: the phase %s changed it and nothing delivers it: %s",
		Hint:    "deliver it by hand, or add an output that has it (docs/delivery.md)",
		Explain: "Each object that a phase changes needs a way into the cluster: the chart, post-render on a host, an output, an object of the custody, or a person. Without one the phase is in Git and not in the cluster. A move that somebody vouched for with --assume DELIVERED-ELSEWHERE is not reported.",
	}
)
