package problem

// What `alerts` refuses.
var (
	AlertsLabel = Sentence{
		Code:    "alerts-label",
		Text:    "--label %q is not of the form KEY=VALUE",
		Hint:    "write it as in `--label release=kube-prometheus-stack`",
		Explain: "The Prometheus Operator selects PrometheusRule objects by their labels (spec.ruleSelector of the Prometheus object).",
	}
	AlertsLabels = Sentence{
		Code:    "alerts-labels",
		Text:    "--label has no effect on the form %q",
		Hint:    "add `-o prometheusrule`, or leave --label out",
		Explain: "Only the PrometheusRule object has labels by which an operator selects it. A rules file is listed in Prometheus' configuration.",
	}
)
