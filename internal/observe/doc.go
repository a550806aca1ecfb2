// Package observe makes an observation of a live cluster out of what was read
// from it: objects of the Kubernetes API, metrics and answers of proxies. It reads
// nothing itself; internal/observe/client does.
//
// What was not read is unknown, and a fact that is concluded from something else
// (the age of a ConfigMap, for example) is marked as inferred. Nothing here may
// conclude more than what holds for every cluster that could have given the same
// answers, since each fact may open a gate.
//
// The order of reading matters: ConfigMaps and injectors, then identity replicas,
// then the list of pods, then their leaves. A pod that starts in between gets what
// was read before, or something newer.
package observe
