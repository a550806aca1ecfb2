// Package walk rotates a mesh on a real API server: every kind of custody, on
// every host, through every phase of every kind of rotation. After each move the
// host applies what it always applies, and then a person runs the commands that
// the tool printed, and nothing else. The cluster must hold the phase then.
//
//	cell.go      what is combined, and which combinations there are
//	mesh.go      the repository of a cell, and the people who work in it
//	custody.go   how each kind of custody begins, and its controller
//	host.go      how each host applies the repository
//	printed.go   which commands the tool printed
//	cluster.go   what the cluster has to hold in a phase
//
// No pod runs, so nothing that pods do is seen here: proxies and identity are
// assumed to load what is delivered.
package walk
