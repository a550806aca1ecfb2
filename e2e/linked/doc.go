// Package linked rotates two linked control planes, each on a real API server of
// its own, with `fleet start` and `fleet advance` and the evidence that
// `observe --fleet` takes. Nobody vouches for anything.
//
//	fleet.go     the states, the fleet file, and the tool
//	cluster.go   an API server, and what the tests apply to it
//	events.go    what happens in a cluster by itself: the stand-in for kubelets,
//	             controllers and identity
//	pod.go       one pod: the bundle that it holds, the leaf that it presents
//	trust.go     every bundle against every chain, over both clusters
//
// The stand-in reads the ConfigMap and the Secret that were applied. Mounts and
// replicas of identity lag behind them, pods restart one by one when the template of
// their Deployment has changed, some crash, and leaves are renewed one by one. After
// each of these events every pair has to verify.
package linked
