package problem

// What `pr --guard` refuses besides moves and outputs: a change that it could not
// judge, and key files that changed without a move.
var (
	PRGuardNoState = Sentence{
		Code:    "guard-no-state",
		Text:    "does not exist, neither on %s nor in the change: there is nothing to judge",
		Hint:    "name the state file with --state; where the guard also runs for repositories without one, pass --allow-no-state",
		Explain: "A guard that finds no state file has judged nothing, so it fails: a mistyped --state would otherwise pass every change. --allow-no-state is for a workflow that runs in repositories with and without a state file. It still fails while the base branch has a state file that is not named with --state or --other-state.",
	}
	PRGuardUnnamed = Sentence{
		Code:    "guard-state-unnamed",
		Text:    "is a state file that this guard does not judge",
		Hint:    "run one guard per state file (--state FILE); name the files that other guards of the workflow judge with --other-state",
		Explain: "With --allow-no-state the guard passes where there is no rotation to judge. A state file that no guard is told of would never be judged.",
	}
	PRGuardMoved = Sentence{
		Code:    "guard-state-moved",
		Text:    "the state of %q moved from %s to %s",
		Hint:    "move it back; if the new place is right, change --state of the guard too, and have a maintainer accept the move with --accept guard-state-moved",
		Explain: "A state file at another path is not judged by the guard that names the old path, and the paths of keys and outputs are relative to it.",
	}
	PRGuardTwice = Sentence{
		Code:    "guard-state-twice",
		Text:    "is a second state file named %q: %s has that name already",
		Hint:    "give it a metadata.name of its own, or remove it; a copy that nothing applies, such as a test file, is accepted with --accept guard-state-twice",
		Explain: "Branches, owned files and observations belong to a state by its name. With two of one name, no guard can tell which one a controller applies.",
	}
	PRGuardNotFile = Sentence{
		Code:    "guard-not-a-file",
		Text:    "%v (%s); only regular files in directories are read",
		Hint:    "replace it with the file itself",
		Explain: "The guard reads Git objects, and follows neither symbolic links nor submodules: what they lead to is not part of the change that is reviewed. Links that the rotation does not use are fine.",
	}
	PRGuardUnreadable = Sentence{
		Code:    "guard-unreadable",
		Text:    "could not be judged (%s): %v",
		Hint:    "make the file readable and smaller than the limit, or undo its change",
		Explain: "State files (4 MiB), key files (64 KiB) and observations (16 MiB) are parsed, so their size is limited. Other files are searched for private keys whatever their size.",
	}
	PRGuardTree = Sentence{
		Code:    "guard-tree",
		Text:    "the tree of the %s cannot be read: %v",
		Hint:    "fetch the whole history (fetch-depth: 0, no filter); a commit with such a path must not be merged",
		Explain: "Git itself creates no file below .git and no path with \"..\" in it; a commit that has one was made to attack who checks it out.",
	}
	PRGuardShallow = Sentence{
		Code:    "guard-shallow",
		Text:    "commit %s belongs to the change, and its parents are not in this clone: what they bring was not judged",
		Hint:    "fetch the whole history: fetch-depth: 0 in GitHub's and Gitea's checkout, GIT_DEPTH: \"0\" in GitLab, or `git fetch --unshallow`",
		Explain: "In a shallow clone the history ends somewhere. Where it ends inside the change, a commit behind that end can bring a private key, or a state that a rebase lands, and nothing of it is seen.",
	}
	PRGuardCheckout = Sentence{
		Code:    "guard-checkout",
		Text:    "%s does not contain the head of the change, %s: the job checked out something else",
		Hint:    "let the job check out the change with its whole history: on GitHub and Gitea the event pull_request or merge_group and actions/checkout with fetch-depth: 0 and without ref:, on GitLab the job's own checkout with GIT_DEPTH: \"0\"; or name the commit with --head",
		Explain: "The CI job says which pull request, or which group of a merge queue, it runs for. A job that checks out the base, or an older commit, would get the same verdict for every one.",
	}
	PRGuardEvent = Sentence{
		Code:    "guard-event",
		Text:    "the CI job runs for a change and does not name the head of it: %v",
		Hint:    "check that GITHUB_EVENT_PATH is the event of the job, or in GitLab that CI_COMMIT_SHA is set; on a comment (issue_comment), and outside of the job, unset GITHUB_EVENT_NAME and name the commit with --head",
		Explain: "Whether the job checked out the change is only known from the head that its event names. Without it, a job that has the base checked out would find nothing to judge.",
	}
	PRGuardNothing = Sentence{
		Code:    "guard-nothing",
		Text:    "%s has every commit of %s, so that is not what pull request #%d asks to merge",
		Hint:    "name the head of the pull request with --head; without --pull the verdict is for no pull request",
		Explain: "A job that a comment or a finished check starts has the default branch checked out. Its verdict would say of the pull request that it may be merged, without a look at it.",
	}
	PRGuardBase = Sentence{
		Code:    "guard-base",
		Text:    "the change asks to be merged into %s, the default branch is %s, and no --base says which branch is guarded",
		Hint:    "name the guarded branch with --base in the job, and let the workflow run for pull requests into it only (`branches:` on GitHub and Gitea)",
		Explain: "Who opens a pull request chooses its base. Forges keep checks by commit, so a green one of a pull request into a branch of the author's own would stand beside a pull request of the same commit into the default branch.",
	}
	PRGuardTarget = Sentence{
		Code:    "guard-pull-request-target",
		Text:    "the job runs on pull_request_target, which checks out the base (%s) and not the pull request",
		Hint:    "run the guard on the event pull_request (on: {pull_request: {}})",
		Explain: "On pull_request_target GitHub runs the workflow of the base branch with its secrets and checks out the base branch. The guard needs no secrets: from a fork, its exit code is the verdict.",
	}
	PRGuardTreeSize = Sentence{
		Code:    "guard-tree-size",
		Text:    "the paths of the %s are not listed: %v",
		Hint:    "do not merge the commit that brings so many paths; where the base has them already, run the guard in a repository of its own for the rotation",
		Explain: "A few directories that contain each other by name spell a hundred million paths in a push of two kilobytes. The guard counts the paths before it lists them, for every commit of the change.",
	}
	PRGuardKeys = Sentence{
		Code:    "guard-keys",
		Text:    "the key of %s: %s, and no move of the rotation did that",
		Hint:    "undo it; if it is meant (`custody rewrap`, a key taken out of the repository), have a maintainer accept it with --accept guard-keys",
		Explain: "A key file is made once, by the move that made its certificate. One that is deleted, replaced, or named elsewhere without a move stops the next rotation, or lets somebody else hold the key. Key files of certificates that the state no longer has may be deleted.",
	}
	PRGuardKeyFile = Sentence{
		Code:    "guard-key-file",
		Text:    "the key file of %s: %v",
		Hint:    "restore the key file, or write it again with `custody rewrap`; --accept guard-key-file accepts it as it is",
		Explain: "Changed key files are looked at without being opened: is it a file of the state's custody, for which certificate does it say it is, and to whom is it encrypted. What it says of itself is the claim of whoever wrote it: only who can open it can prove it.",
	}
	PRGuardRecipients = Sentence{
		Code:    "guard-recipients",
		Text:    "%s changes who can open the next keys",
		Hint:    "check every recipient with its owner, and who reads Secrets in a namespace that changed; then have a maintainer accept the change with --accept guard-recipients",
		Explain: "Whoever is a recipient can open every key that is made from then on, the trust anchor's included. The namespaces in spec.linkerd say where Secrets with keys go: whoever reads Secrets there has them.",
	}
	PRGuardLinkOutside = Sentence{
		Code:    "guard-link-outside",
		Text:    "spec.links: %s is read from %s, outside of the repository, and the base does not name it",
		Hint:    "keep the linked state or observation in the repository; a link out of it is added on the base branch by a maintainer",
		Explain: "A change must not choose which files of the machine that judges it are read.",
	}
	PRGuardChart = Sentence{
		Code:    "guard-chart",
		Text:    "cannot judge: chart %s is new in this change, so it is not fetched",
		Hint:    "commit the chart in the repository and name its path; or have a maintainer check the address and accept it with --accept guard-chart",
		Explain: "The address of a chart decides what the machine that judges the change connects to, also inside of its own network. Charts are fetched only as the outputs of the base branch name them: chart, repo, version and digest.",
	}
	PRGuardDisowned = Sentence{
		Code:    "guard-output-disowned",
		Text:    "%s of the base owns it, and no output of the change does: the file would stay, and nothing would check it",
		Hint:    "remove the file, or keep its output; if somebody else takes the file over, have a maintainer accept it with --accept guard-output-disowned",
		Explain: "Files of outputs are what a controller applies. Taken out of spec.outputs, a file can have any content: what it had to be followed from the state until now.",
	}
	PRGuardIntermediate = Sentence{
		Code:    "guard-intermediate",
		Text:    "a rebase of the change could land what was not judged: %v",
		Hint:    "bring the branch onto the base and squash its commits into one; where pull requests are only merged with a merge commit or squashed, --accept guard-intermediate accepts it",
		Explain: "A rebase applies the commits of a branch one by one and leaves out merges, with what only they have, and commits that the base has already. What a later commit or a merge takes back can then be what the base ends with. The guard follows the rebase and judges what it gives.",
	}
	PRGuardAttributes = Sentence{
		Code:    "guard-attributes",
		Text:    "line %d applies to %s (%s): what Git checks out, or a reviewer is shown, is then not what is there",
		Hint:    "remove the line, or make its pattern so narrow that it matches no file of the rotation; --accept guard-attributes accepts it",
		Explain: "The attributes working-tree-encoding, filter, ident, export-ignore, export-subst, merge, text and eol (other than text=auto, -text and eol=lf) change what a checkout, an archive or a merge writes. Controllers apply that, and not the bytes in the commit. With -diff, diff=NAME, linguist-generated, linguist-vendored and gitlab-generated a review shows \"binary file\", or folds the file away. binary, and macros of the repository, count as what they stand for. A line of the base counts again where a later one goes that may have held it back.",
	}
	PRGuardAttributesKind = Sentence{
		Code:    "guard-attributes-file",
		Text:    "has Git attributes for files of the rotation, and cannot be read as a regular file of at most 4 MiB",
		Hint:    "make it a regular file named .gitattributes",
		Explain: "Some versions of Git follow a link there, and file systems that fold case read another spelling of the name.",
	}
	PRGuardSigners = Sentence{
		Code:    "guard-signers",
		Text:    "the change edits whose commits the tool takes over",
		Hint:    "check every key with its owner; then have a maintainer accept the change with --accept guard-signers",
		Explain: "A branch whose commits are signed with one of these keys is continued by `l5d-pki-render pr` as its own work.",
	}
	PRGuardSpec = Sentence{
		Code:    "guard-spec",
		Text:    "%s: gates after this change would open earlier",
		Hint:    "undo it; if it is what the mesh has, and no leaf of the longer life is left, have a maintainer accept it with --accept guard-spec",
		Explain: "The lifetime of leaves and the allowed clock skew say how long an old issuer is still in use, links name the clusters that must trust a new anchor first. A value that is too short, or a link that is missing, lets a later move drop what is still needed.",
	}
	PRGuardLogAt = Sentence{
		Code:    "guard-log-at",
		Text:    "log entry %d is dated %s, %s",
		Hint:    "make the move again with `l5d-pki-render pr` on a machine whose clock is right",
		Explain: "Gates compare the instants of moves with those of observations and with the lifetime of leaves. An entry is not older than the one before it, not older (beyond spec.leaf.clockSkew) than the commit of the base branch that brought that one, and not ahead of the guard's clock by more than an hour.",
	}
	PRGuardLandedAhead = Sentence{
		Code:    "guard-landed-ahead",
		Text:    "commit %.12s of the base branch, which brought log entry %d, is dated %s, which is in the future, and so is every commit after it",
		Hint:    "merge any other change into the base branch on a machine whose clock is right, then make the move again with `l5d-pki-render pr`",
		Explain: "What was observed before a phase came to the base branch does not count for it. The guard takes the instant of that from the commit that brought it, or, if a clock was ahead by more than an hour, from the first commit after it that has an instant that can be.",
	}
	PRGuardWebhookCA = Sentence{
		Code:    "guard-webhook-ca",
		Text:    "the new CA bundle of webhook %s has %s, which its new certificate does not need",
		Hint:    "make the start again with `l5d-pki-render pr start webhooks`; if the CA is meant, have a maintainer accept it with --accept guard-webhook-ca",
		Explain: "The API server trusts every CA of a webhook's bundle, and the webhooks of Linkerd may change every pod. A start brings for each webhook the CA that signed its new certificate, and nothing else.",
	}
	PRGuardWave = Sentence{
		Code:    "guard-wave",
		Text:    "status.wave was edited: %s",
		Hint:    "undo the edit: while a wave is split, namespaces may only be added to status.wave, or status.wave removed when all are done",
		Explain: "status.wave says which namespaces have the stamp of this wave. Without a move, it only grows or ends.",
	}
	PRGuardFolds = Sentence{
		Code:    "guard-path-folds",
		Text:    "is the same path as %s on file systems that fold names",
		Hint:    "rename it, and squash the commits of the change: each of them is checked",
		Explain: "macOS and Windows ignore case, some Unicode forms, trailing dots and spaces, and \"::$DATA\"; Windows gives long names a short one beside, such as ROTATI~1.YAM. A checkout there writes one of both files over the other.",
	}
	PRGuardWindows = Sentence{
		Code:    "guard-path-windows",
		Text:    "cannot be checked out on Windows: %s is not a valid file name there",
		Hint:    "rename it, and squash the commits of the change: each of them is checked",
		Explain: "Windows takes names such as CON, AUX and NUL, with any extension, for devices, a backslash for the end of a directory's name and a colon for the beginning of a stream, and drops dots and spaces at the end. Git stops there, or writes to another place, so a clone would lack files of the rotation. New paths in the directories of the state file, its keys and its outputs are refused.",
	}
	PRGuardMetadata = Sentence{
		Code:    "guard-metadata",
		Text:    "the annotation %s of the state file changes, and no move of the rotation did that",
		Hint:    "undo it; if it is meant, check what it has other programs do, and have a maintainer accept it with --accept guard-metadata",
		Explain: "`config.kubernetes.io/function` names the program that `kustomize build --enable-exec` runs with the state file, `config.kubernetes.io/local-config` keeps the file out of the cluster, and other tools obey annotations of their own. Changes of labels are only noted.",
	}
	PRGuardHead = Sentence{
		Code:    "guard-head-ambiguous",
		Text:    "--head %s can mean different commits: %s",
		Hint:    "name the commit by its full hash, or the branch as refs/heads/NAME; a branch that is named like a hash is deleted",
		Explain: "Whoever may push a branch or a tag chooses its name. The guard judges only what is named without doubt.",
	}
	PRGuardAccept = Sentence{
		Code:    "guard-accept",
		Text:    "%q cannot be accepted",
		Hint:    "run `l5d-pki-render pr --help`: it lists the codes that --accept takes",
		Explain: "A step that the gate refuses, a key in clear or a missing state is no matter of opinion: correct the change, or follow docs/runbook.md.",
	}
	PRGuardQueue = Sentence{
		Code:    "guard-merge-group",
		Text:    "the merge_group event does not name its base: %v",
		Hint:    "check that GITHUB_EVENT_PATH is the event of the job; outside of the job unset GITHUB_EVENT_NAME and name the branch with --base",
		Explain: "In a merge queue a change is judged against the commit that the queue puts it on, not against the branch as it is now.",
	}
)
