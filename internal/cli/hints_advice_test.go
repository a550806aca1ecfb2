package cli

// adviceOnly are the codes whose hint no test can follow, and why.
var adviceOnly = map[string]string{
	"guard-evidence-older":    "a cluster is observed anew, which only a cluster can show; TestGuardOlder has a newer observation, and the acceptance",
	"guard-landed-ahead":      "somebody else merges with a clock that is right; TestGuardLandedClocks does",
	"guard-webhook-ca":        "whether a CA is meant, its owner knows; TestGuardWebhookCA has a start without it",
	"custody-unknown":         "the state's reader refuses a kind that this version does not know; only another version meets it",
	"fleet-too-large":         "files and the contents of commits are read to the same size, and refused before",
	"fleet-pairs":             "takes more than a thousand sets of linked members; TestLinksAreBounded of the fleet has them",
	"full-program":            "only the main program says it, and it is a process of its own; TestSmall has the other one beside it and not",
	"forge-exists":            "pr takes the open pull request over; only a program that calls the forge itself is told",
	"forge-marker":            "a defect of the tool, to be reported",
	"helm-no-values":          "a defect of the tool, to be reported",
	"lint-inject-misplaced":   "whether a proxy was meant there, only who wrote it knows",
	"lint-workload-held":      "somebody lets a rollout go on in the cluster, in each wave",
	"lint-workload-immune":    "somebody restarts it in the cluster, in each wave, through what made it",
	"manifest-not-a-fragment": "a defect of the tool, to be reported",
	"own-program":             "the system does not know where this program is; only who runs it can change that",
	"pki-refused":             "what no other sentence describes: a person looks at the certificates",
	"pr-evidence-name":        "no observation that can be read has such a name: the check stands behind others",
	"rotation-rolled-out":     "nothing is left to do; whether one more rollout is needed, a person knows",
	"rotation-go-leaf":        "nothing of the tool's is wrong: who writes Go programs that speak mTLS to the mesh has to know",
	"state-update":            "no state file that can be read is known to lead there: the check stands behind others",
	"survey-too-much":         "takes a folder of more files, or of more bytes, than a test should make",
	"sync-late":               "takes outputs that are computed for longer than a minute; TestLate of the outputs gives them less time",
	"sync-no-producer":        "only another version, which has fewer kinds of outputs, meets it",
}
