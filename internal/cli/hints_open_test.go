package cli

// hintNotYet are the codes whose hint no case follows yet.
var hintNotYet = []string{
	"chart-engine",
	"fleet-anchor-key",
	"fleet-anchors",
	"fleet-incoming",
	"fleet-observation",
	"fleet-pair",
	"fleet-too-large",
	"guard-fleet",
	"guard-metadata",
	"guard-no-fleet",
	"guard-no-member",
	"guard-path-windows",
	"observation-text",
	"observe-dial",
	"observe-publish",
	"pr-fleet-keys",
	"pr-fleet-open",
	"rotation-stale-unknown",
	"rotation-stale-wave",
	"survey-large-commit",
	"sync-late",
}
