package cli

// adviceOnly are the codes whose hint no test can follow, and why.
var adviceOnly = map[string]string{
	"own-program":      "the system does not know where this program is; only who runs it can change that",
	"pr-evidence-name": "no observation that can be read has such a name: the check stands behind others",
	"state-update":     "no state file that can be read is known to lead there: the check stands behind others",
}
