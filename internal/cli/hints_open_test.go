package cli

// hintNotYet are the codes whose hint no case follows yet.
var hintNotYet = []string{
	"fleet-anchor-key",
	"fleet-observation",
	"fleet-pair",
	"fleet-too-large",
	"guard-metadata",
	"guard-path-windows",
	"observe-publish",
	"pr-fleet-open",
}
