package problem

// What the command pr says.
var (
	PRGit = Sentence{
		Code:    "pr-git",
		Text:    "%v",
		Hint:    "run the same git command by hand",
		Explain: "pr works with the git program and its configuration, as you do. The message has what git said, without the login of an address.",
	}
	PRNoRemote = Sentence{
		Code:    "pr-no-remote",
		Text:    "%v",
		Hint:    "add one (git remote add origin https://HOST/OWNER/REPO.git), or name one with --remote",
		Explain: "A pull request is opened where the branch is pushed to. Without --remote that is the only remote, or else origin. The remote of the branch that is checked out does not count: it may be the fork of somebody whose change is being reviewed, and its main branch is theirs.",
	}
	PRSubmodule = Sentence{
		Code:    "pr-submodule",
		Text:    "%q is a submodule of the repository at %s, and this command does not run inside it",
		Hint:    "if the submodule's own repository is meant, change into its directory and run the command there; otherwise put the directory back into the repository itself",
		Explain: "A pull request can replace a directory by a submodule, whose content another repository decides. So a submodule's repository is used only by a command that runs inside it.",
	}
	PRNoRepository = Sentence{
		Code:    "pr-no-repository",
		Text:    "the state file is in no Git repository, or git is not installed",
		Hint:    "run it in a clone of the repository, with --state relative to where you are",
		Explain: "A pull request is a branch of a repository; the command works from a clone of it.",
	}
	PRNoDefault = Sentence{
		Code:    "pr-no-default",
		Text:    "remote %q names no default branch",
		Hint:    "name the branch that changes go to with --base",
		Explain: "The state is taken from the branch that changes go to, as the remote has it, never from what happens to be checked out.",
	}
	PRNoBase = Sentence{
		Code:    "pr-no-base",
		Text:    "remote %q has no branch %q",
		Hint:    "check --base and --remote",
		Explain: "The state is taken from the branch that changes go to, as the remote has it.",
	}
	PRUnreviewedFile = Sentence{
		Code:    "pr-unreviewed-file",
		Text:    "%s leads to this file of the branch that is checked out; branch %s does not have it, or not as it is here",
		Hint:    "check out the base branch and put your own file there, or move it out of the repository; a public one may be committed to the base branch",
		Explain: "`pr` goes by the base branch as the remote has it, whatever is checked out. A branch that somebody checks out for a review may have a file, or a symbolic link, where Git ignored yours, and a checkout writes over ignored files without asking. Whoever pushed that branch would choose the passphrase of new keys, an anchor and its key, a server to trust, an observation or a program that runs. What the base branch has with the same content was reviewed, and files that Git does not track are yours: both are taken. What git itself goes by to reach the remote is judged before, by the branch as the clone last saw it: where it did not, fetch the base branch, and have `git remote set-head origin --auto` note the default one.",
	}
	PRNoState = Sentence{
		Code:    "pr-no-state",
		Text:    "is not there at %s",
		Hint:    "check --state and --base; commit and push the state file that init wrote before the first rotation",
		Explain: "Changes are made from the state at the base branch. A state file that is only in your working tree is not reviewed yet.",
	}
	PRNoHead = Sentence{
		Code:    "pr-no-head",
		Text:    "there is no commit %q",
		Hint:    "check --head",
		Explain: "The guard judges a commit that is in this clone.",
	}
	PRUnrelated = Sentence{
		Code:    "pr-unrelated",
		Text:    "%s and %s have no common history in this clone",
		Hint:    "clone the whole history: fetch-depth: 0 in GitHub's and Gitea's checkout, GIT_DEPTH: \"0\" in GitLab, or `git fetch --unshallow`",
		Explain: "The guard judges what a merge would give, and for that it needs the commit that both sides come from. A clone whose history was cut off does not have it.",
	}
	PRArguments = Sentence{
		Code:    "pr-arguments",
		Text:    "%q is not a move: %s",
		Hint:    "`l5d-pki-render pr --help` has examples",
		Explain: "pr makes one move: advance, back, or start with the kind of rotation.",
	}
	PRMoved = Sentence{
		Code:    "pr-moved",
		Text:    "somebody pushed to the branch while this command was at work; nothing was overwritten",
		Hint:    "run it again",
		Explain: "A branch is replaced only if it is still where it was when the command looked at it (--force-with-lease).",
	}
	PRHook = Sentence{
		Code:    "pr-hook",
		Text:    "a hook of the repository changed the files of the commit; nothing was pushed",
		Hint:    "exclude the state file and the outputs from what the hook formats",
		Explain: "Outputs are the same bytes every time, and the guard compares them. A hook that formats them would make every pull request red.",
	}
	PRNoCache = Sentence{
		Code:    "pr-no-cache",
		Text:    "no working tree can be made: %v",
		Hint:    "set HOME, or XDG_CACHE_HOME, to an absolute directory outside of the repository that only you can write to",
		Explain: "The commit is made in a working tree of the tool's own, below your directory for caches. Hooks run there and look for modules and settings in all directories above, so it is not made in the directory for temporary files, where everybody on the machine may put some, nor in a working tree of the repository, where a branch that is checked out may.",
	}
	PROpen = Sentence{
		Code:    "pr-open",
		Text:    "pull request #%d (%s) is open: %s",
		Hint:    "merge it and apply it, or close it, before the next change is made",
		Explain: "One phase is one pull request, and there is one at a time: the next one is made from what was merged and applied, not from what may still change.",
	}
	PRShut = Sentence{
		Code:    "pr-shut",
		Text:    "the change on branch %s must not be merged now: its gate was open when it was made, and is shut",
		Hint:    "find out why it is shut, and run the command again when the cluster is as the move needs it, with a new observation; or close the pull request",
		Explain: "A gate opens by observations, and the newest one of a cluster decides. While a pull request waits for its review, somebody may roll the control plane back, add workloads that lack the new bundle, or link another cluster to this one. The branch and its pull request are left as they are. The guard says the same once it runs on the base of now; what only this call saw, it sees with `--observe`.",
	}
	PRTwoOpen = Sentence{
		Code:    "pr-two-open",
		Text:    "two pull requests are open for the same epoch: #%d (%s) and #%d (%s)",
		Hint:    "close the one that is not wanted",
		Explain: "Both were made from the same state; only one of them can be merged.",
	}
	PRBehind = Sentence{
		Code:    "pr-behind",
		Text:    "the forge does not show pull request #%d of branch %s at commit %s, which the branch has now: nothing was written to it",
		Hint:    "run the same command again, which goes on here; if it stays so, close the pull request, and have it made anew",
		Explain: "Forges follow a push after a while. Title and text are written to a pull request only once it has the commit that they are about: else a reviewer would read them with another one, and merge that.",
	}
	PREvidenceName = Sentence{
		Code:    "pr-evidence-name",
		Text:    "an observation of cluster %q at %s has no safe file name",
		Hint:    "correct the observation, or keep it out of Git with --keep-evidence=false",
		Explain: "Observations are committed beside the state as NAME-CLUSTER-INSTANT.yaml.",
	}
	PRIgnored = Sentence{
		Code:    "pr-ignored",
		Text:    "%s holds this move already, made without what these flags say: %s",
		Hint:    "run the command again with --anew to make the move anew by the flags, or without the flags to keep what the branch holds",
		Explain: "A move that a branch holds is taken over with its certificates, so that nothing is minted twice. Flags that would shape a new move have no effect on it, and a command that ignored them would look as if it had followed them. A flag from an L5D_PKI_ variable counts as well.",
	}
	PRNotRegular = Sentence{
		Code:    "pr-not-regular",
		Text:    "is not a regular file, or lies below a symbolic link",
		Hint:    "replace the link by a file or a directory on the base branch",
		Explain: "A pull request is made in a worktree of its own, and nothing is read from it or written to it through a link: a link in a commit may lead anywhere.",
	}
	PRLinkLeaves = Sentence{
		Code:    "pr-link-leaves",
		Text:    "link %q leads out of the repository to %s, and the base branch has no such link",
		Hint:    "merge the change of spec.links on its own first, after a review",
		Explain: "A link that leads out of the repository is followed from the clone of whoever runs the command. Only the base branch, which reviewers have accepted, may choose such a file; the change that is judged may not.",
	}
	PRPrintStart = Sentence{
		Code:    "pr-print-start",
		Text:    "start mints keys, which --print must not do",
		Hint:    "run `start` and `sync` first and --print then, or make the commit with --commit-only",
		Explain: "--print describes a move that is in the working tree, or one that can be told without making anything.",
	}
	PRMargin = Sentence{
		Code:    "pr-margin",
		Text:    "%q is not a margin",
		Hint:    "write a share of the validity in percent, a time like 60d, or never",
		Explain: "--next starts a rotation when less than this is left of the life of a certificate in use.",
	}
	PRBlocked = Sentence{
		Code:    "pr-blocked",
		Text:    "%s, and a rotation cannot be started: %s",
		Hint:    "start it by hand: `l5d-pki-render pr start KIND`",
		Explain: "The autopilot starts what is safe to start by itself. This one needs a person, and time is running out.",
	}
)

// What the guard says to a reviewer.
var (
	PRGuardConflict = Sentence{
		Code:    "guard-conflict",
		Text:    "the change conflicts with %s and cannot be judged: %s",
		Hint:    "bring the branch onto the base; where it is a change of phase, run `l5d-pki-render pr` again, which makes it anew: never merge a state file by hand",
		Explain: "A state file is one move further than the base or it is not. A conflict that is resolved by hand gives a state that no move leads to.",
	}
	PRGuardGone = Sentence{
		Code:    "guard-state-gone",
		Text:    "the change removes the state file",
		Hint:    "restore it: without it nobody knows what is trusted, and what may be removed when",
		Explain: "The state file is the record of the rotation.",
	}
	PRGuardFalls = Sentence{
		Code:    "guard-epoch-falls",
		Text:    "the epoch falls from %d to %d (%s to %s): an older state file replaces a newer one, and the log forgets a move",
		Hint:    "make it with `l5d-pki-render pr back`: it goes the same way, under the gate, and keeps the log",
		Explain: "The epoch grows with every change of phase, forward or back. Controllers, observations and the next gate tell new from old by it. Going back this one phase is safe for the mesh; only the way is wrong.",
	}
	PRGuardRevert = Sentence{
		Code:    "guard-revert",
		Text:    "reverting %d changes at once (%s to %s) is not safe: %s",
		Hint:    "go back one phase at a time with `l5d-pki-render pr back`, and apply each one before the next",
		Explain: "A revert of one phase is often safe, of two it is not: pods that started in between hold a bundle, and leaves that were signed in between are served, that the older phase does not know.",
	}
	PRGuardByHand = Sentence{
		Code:    "guard-by-hand",
		Text:    "status was changed in phase %q (epoch %d) and no move was made",
		Hint:    "undo the edit of status; certificates, roles and stamps change by start, advance and back",
		Explain: "What a phase delivers changes with the epoch. An edit without a move has no log entry, and no gate looked at it.",
	}
	PRGuardPrepared = Sentence{
		Code:    "guard-prepared",
		Text:    "the move to %q was prepared before its gate was open",
		Hint:    "run `l5d-pki-render pr --evidence FILE` when the evidence is there: it makes the move anew with it",
		Explain: "A draft shows what is coming. It is merged only as a move that its gate let pass, with the evidence in the log.",
	}
	PRGuardEdited = Sentence{
		Code:    "guard-output-edited",
		Text:    "is not what output %d of the state says: somebody edited it, or the outputs were not written",
		Hint:    "undo the edit and run `l5d-pki-render sync`; what shall be different goes into the state file or the input",
		Explain: "Owned files follow from the state, byte by byte. An edit would be applied now and silently undone by the next sync.",
	}
	PRGuardMissing = Sentence{
		Code:    "guard-output-missing",
		Text:    "is missing: output %d of the state owns it",
		Hint:    "run `l5d-pki-render sync` and commit the file",
		Explain: "All outputs of a phase are in one commit, or controllers apply half of it.",
	}
	PRGuardStale = Sentence{
		Code:    "guard-output-stale",
		Text:    "belongs to this state and no output names it any more",
		Hint:    "run `l5d-pki-render sync`, which removes an output; from any other file take out the first line that says it is one",
		Explain: "A file that no phase writes any more keeps an old bundle alive for whoever applies it.",
	}
	PRGuardMark = Sentence{
		Code:    "guard-mark",
		Text:    "is no output, and its first line says that a state owns it as one",
		Hint:    "delete the first line: by it `sync` knows what it may remove",
		Explain: "A state, its key files and what else it names are read by sync, and never written or removed.",
	}
	PRGuardUnsearched = Sentence{
		Code:    "guard-key-unsearched",
		Text:    "cannot be searched for private keys: %s",
		Hint:    "commit the file without the encodings around it, or list it in .l5d-pki-render-allow on the base branch",
		Explain: "The guard decodes what it finds, within limits of depth and size. What goes beyond them was not judged, so it is not passed.",
	}
	PRGuardEncoding = Sentence{
		Code:    "guard-encoding",
		Text:    "has %s, so it was not searched for private keys",
		Hint:    "make the commit anew, with its message in UTF-8",
		Explain: "Git and forges show a message decoded, by the header that names its encoding. Encodings in which ASCII stands as itself are searched; a key in another one would be seen by everybody but the guard.",
	}
	PRGuardKey = Sentence{
		Code:    "guard-key",
		Text:    "holds a private key in clear (%s) in a commit of this change",
		Hint:    "take the key out of the commits (not by one more commit: the history keeps it), and replace it: whoever could read the branch has it",
		Explain: "Every version of every file that the change brings is searched, those included that a later commit takes away again.",
	}
)
