package problem

// What `audit` says.
var (
	AuditForm = Sentence{
		Code:    "audit-form",
		Text:    "the file is not as `audit pack` wrote it: %v",
		Hint:    "take the pack from where it was kept, or write it again from Git: `l5d-pki-render audit pack DIR`",
		Explain: "Each file has one form, to the byte: base64 and JSON that mean the same in another form are refused, since nobody can say who changed them.",
	}
	AuditFiles = Sentence{
		Code:    "audit-files",
		Text:    "the directory does not have the files of a pack: %s",
		Hint:    "take the pack from where it was kept, or write one to a directory of its own: `l5d-pki-render audit pack DIR`",
		Explain: "A pack is head.json and one file for each statement, 0001.json and so on: regular files, no links, no directories and nothing else.",
	}
	AuditChain = Sentence{
		Code:    "audit-chain",
		Text:    "the statement breaks the chain: %s",
		Hint:    "take the pack from where it was kept, or write it again from Git: `l5d-pki-render audit pack DIR`",
		Explain: "Each statement has the digest of the one before it. Statements that were changed, reordered, left out, repeated or added break that.",
	}
	AuditHead = Sentence{
		Code:    "audit-head",
		Text:    "does not list the %d statements that are there",
		Hint:    "take the pack from where it was kept, or write it again from Git: `l5d-pki-render audit pack DIR`",
		Explain: "head.json has the number of statements, the digest of the last one and the digests of all files. Statements at the end were left out, or a file was changed.",
	}
	AuditAnchor = Sentence{
		Code:    "audit-anchor",
		Text:    "is not the one that was named: its SHA-256 is %s",
		Hint:    "check which pack the digest or commit is of; `l5d-pki-render audit pack DIR` prints the digest of the pack that it writes",
		Explain: "The parts of the pack fit each other, but it is another pack: an older one, one that was written again after the history or the reviews changed, or a forged one.",
	}
	AuditSignature = Sentence{
		Code:    "audit-signature",
		Text:    "%s",
		Hint:    "list the key of the person or job that packs, with namespaces=\"l5d-pki-audit\"; or sign the pack with a listed key: `l5d-pki-render audit pack DIR --key KEY`",
		Explain: "With --allowed-signers every file of the pack needs a signature of a listed key. The list has the format of ssh-keygen(1), ALLOWED SIGNERS; a line counts if its option namespaces names l5d-pki-audit. A signature that does not fit its file is refused in every case.",
	}
	AuditUnanchored = Sentence{
		Code:    "audit-unanchored",
		Text:    "the %d statements fit each other, and nothing outside of the directory confirms them",
		Hint:    "name the digest that `audit pack` printed: `l5d-pki-render audit verify DIR --head DIGEST`; or pass --commit or --allowed-signers; or, if the fit alone is what you ask for, `l5d-pki-render audit verify DIR --unanchored`",
		Explain: "Whoever can write to the directory can leave statements out at the end, or write all files again, and they still fit each other. Only a digest, a commit or a key that the writer does not control shows that.",
	}
	AuditCommit = Sentence{
		Code:    "audit-commit",
		Text:    "the repository has no commit %s",
		Hint:    "`git fetch --all` brings the commits of the remotes; `git log --all` lists those that are here, and HEAD is the one that is checked out",
		Explain: "--commit names a commit, a branch or a tag of the repository that the pack is in. A clone has a branch of its remote only as REMOTE/BRANCH.",
	}
	AuditOption = Sentence{
		Code:    "audit-option",
		Text:    "--%s is empty",
		Hint:    "give it a value, or leave it out; in a script, `set -u` stops at a variable that is not set",
		Explain: "An empty value would silently turn off the check, the signature or the reviews that the option asks for.",
	}
	AuditLog = Sentence{
		Code:    "audit-log",
		Text:    "the pack and the log of the state file differ: %s",
		Hint:    "write the pack again: `l5d-pki-render audit pack DIR`",
		Explain: "With --state each entry of the log needs its statement. The state may have moved since the pack was written, or statements were left out.",
	}
	AuditEmpty = Sentence{
		Code:    "audit-empty",
		Text:    "the state has no log, so there are no moves to pack",
		Hint:    "make the next move, which is logged: `l5d-pki-render status` says which it is",
		Explain: "A pack has one statement for each entry of status.log. Meshes that were adopted by an early version have no log before their first move.",
	}
	AuditShallow = Sentence{
		Code:    "audit-shallow",
		Text:    "the clone is shallow, so which commit brought a log entry cannot be told",
		Hint:    "run `git fetch --unshallow`; in a CI job check out the whole history (fetch-depth: 0, GIT_DEPTH: 0)",
		Explain: "Each statement names the commit that brought its log entry. A shallow clone shows its oldest commit as the one that brought everything before it.",
	}
	AuditReviews = Sentence{
		Code:    "audit-reviews",
		Text:    "the file is not an export of pull requests: %v",
		Hint:    "write it with `gh pr list --state merged --json url,commits,mergeCommit,mergedAt,mergedBy,reviews`, or in that form",
		Explain: "The file is a JSON list of merged pull requests, each with url, mergedAt, mergedBy.login, mergeCommit.oid, commits[].oid and reviews[] (author.login, state, submittedAt).",
	}
	AuditKey = Sentence{
		Code:    "audit-key",
		Text:    "statement %d would hold a private key",
		Hint:    "take the key out of the reason of the log entry, or of the trailers and names of its commit; anyone who can read the repository has the key, so replace it",
		Explain: "A statement has no key and no text of a certificate. A reason, a trailer or a name can contain anything that a person typed.",
	}
)
