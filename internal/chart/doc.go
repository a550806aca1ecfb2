// Package chart gets a Helm chart and renders it as `helm template` does,
// without a cluster: lookup gives nothing, NOTES are dropped, documents come in
// Helm's order of installation, hooks after them.
//
// In goes an [exchange.Request]: where the chart lies (folder, archive, URL,
// chart repository, OCI registry), how to reach it, which digest it must have,
// the user's values and those of the phase. Out comes an [exchange.Answer]: the
// chart's name, version and digest and its documents, as often as asked.
//
//	answer, err := chart.Render(exchange.Request{Chart: "./linkerd-control-plane", KubeVersion: "1.34.0", Times: 1})
//
// It refuses a chart of another digest, a damaged or unsafe archive, one that
// is larger than its caps, missing dependencies, a Kubernetes version that the
// chart does not support, and a chart that renders nothing.
//
// engine.go is what both majors of Helm have in common, engine3.go and engine4.go are
// one each. It is the only package that links them, and only the program
// l5d-pki-render-chart links this package: see docs/chart.md.
package chart
