package cli

// hintNotYet are the codes whose hint no case follows yet.
var hintNotYet = []string{
	"guard-metadata",
	"guard-path-windows",
}
