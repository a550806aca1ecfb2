package problem

// What internal/cli says.
var (
	CLIRead = Sentence{
		Code:    "cli-read",
		Text:    "cannot be read: %v",
		Hint:    "check the path and who may read it; paths in the state file are relative to it",
		Explain: "A file that the call needs could not be opened or read. Nothing was written.",
	}
	CLIStateDirectory = Sentence{
		Code:    "cli-state-directory",
		Text:    "this is a directory, not a state file",
		Explain: "--state names a file. Each mesh has one state file; a directory may hold several.",
	}
	CLINoState = Sentence{
		Code:    "cli-no-state",
		Text:    "no state file here",
		Explain: "The command reads a state file: rotation.yaml in the current directory, or the one that --state (L5D_PKI_STATE) names. There is none at that path. Up to three state files that lie in the directories below and in those above, up to the top of the repository, are named.",
	}
	CLINotPicture = Sentence{
		Code:    "cli-not-picture",
		Text:    "exists and is not a picture of this format: it is not overwritten",
		Hint:    "name another file",
		Explain: "--svg and --png replace a picture that an earlier call made. Any other file stays as it is.",
	}
	CLINotReport = Sentence{
		Code:    "cli-not-report",
		Text:    "exists and is not a report of this format: it is not overwritten",
		Hint:    "name another file with --to",
		Explain: "`report --to` replaces a report that an earlier call wrote in the same format. Any other file stays as it is: a state file or an observation is easily named by mistake.",
	}
	CLINotKind = Sentence{
		Code:    "cli-not-kind",
		Text:    "exists and has no kind: %s in its first lines: it is not overwritten",
		Hint:    "name another file",
		Explain: "A flag or a fleet file names where an observation or a fleet file is written. One that an earlier call wrote is replaced. Any other file stays as it is: a state, a key file and a setting are easily named, by mistake or by somebody who wants them gone.",
	}
	CLILogIsState = Sentence{
		Code:    "cli-log-is-state",
		Text:    "--log-file names a state file, a manifest or a key file: nothing is appended to it, and nothing was done",
		Hint:    "name another file with --log-file or L5D_PKI_LOG",
		Explain: "Messages are appended to the log file. A state file, an observation, a manifest or a key file would be damaged by that, so the command refuses before it does anything.",
	}
	CLITooLarge = Sentence{
		Code:    "cli-too-large",
		Text:    "is larger than the cap of %d bytes",
		Hint:    "check that this is the file you meant",
		Explain: "Every input has a cap, so that a wrong path or an endless pipe cannot exhaust the host.",
	}
	CLIWrite = Sentence{
		Code:    "cli-write",
		Text:    "cannot write %s: %v",
		Hint:    "check free space and permissions; what was there before is unchanged",
		Explain: "Output is written once, whole. The operating system refused the write.",
	}
	CLIPlace = Sentence{
		Code:    "cli-place",
		Text:    "is %s: nothing is written there",
		Hint:    "name another file or directory with the flag, or remove the link",
		Explain: "Whoever may commit to the repository could otherwise turn a directory that a job names into a link, and have the job write, with its own rights, what Git, a CI system or a forge acts on: .git, .gitattributes, workflows, CODEOWNERS and their like, however a file system may spell them.",
	}
	CLIStdoutClosed = Sentence{
		Code:    "cli-stdout-closed",
		Text:    "stdout is closed: nothing was done",
		Hint:    "give the command a stdout; `> /dev/null` discards it (a program that does so opens the null device for writing only)",
		Explain: "What post-render, cmp generate and sync print is their result, and a result that goes nowhere must not look like success. A program that is started without a stdout gets the null device for reading and writing, which is how this is found.",
	}
	CLIStdoutLost = Sentence{
		Code:    "cli-stdout-lost",
		Text:    "stdout cannot be written: %v",
		Hint:    "give the command a stdout that takes its output, with free space where it leads to a file; if the command was a move, it was made, and `l5d-pki-render status` shows it",
		Explain: "What a command prints is its result: a report that is cut off or lost must not look like success. Output that nobody wants goes to /dev/null.",
	}
	CLIEnvironment = Sentence{
		Code:    "cli-environment",
		Text:    "environment variable %s does not fit --%s: %v",
		Hint:    "correct or unset the variable",
		Explain: "Every flag can be given by an L5D_PKI_ variable, with the same form of value.",
	}
	CLIFormat = Sentence{
		Code:    "cli-format",
		Text:    "unknown output format %q (want %s)",
		Hint:    "give one of these names",
		Explain: "An output flag takes the name of one of a few formats.",
	}
	CLIInstant = Sentence{
		Code:    "cli-instant",
		Text:    "%q is not a time",
		Hint:    "give it as RFC 3339 in UTC, like 2026-11-23T10:00:00Z",
		Explain: "Instants are written as RFC 3339 dates with time and zone.",
	}
	CLIUnknownCode = Sentence{
		Code:    "cli-unknown-code",
		Text:    "there is no code %q",
		Hint:    "`l5d-pki-render explain` without a code lists all of them",
		Explain: "Hints of error messages and findings of lint have codes.",
	}
	CLIUnknownSchema = Sentence{
		Code:    "cli-unknown-schema",
		Text:    "there is no schema %q",
		Explain: "`schema` prints the JSON schema of a file that the tool reads; without a name, that of the state file.",
	}
	CLIExists = Sentence{
		Code:    "cli-exists",
		Text:    "exists already, and is not overwritten",
		Hint:    "choose another path, or move the file away if you know that nothing needs it",
		Explain: "New keys and new state files never replace a file that is there: it might be the only copy of a key in use. What a killed command made is removed by the next run of the same command, as long as the state file is what it was; after that, nobody knows whose the file is.",
	}
	CLIBusy = Sentence{
		Code:    "cli-busy",
		Text:    "another command is at work on this file, or has just changed it",
		Hint:    "look at what changed (git diff), then run the command again",
		Explain: "The state file is locked while a command reads, decides and replaces it. Of two commands at the same time one wins; the other decides nothing from what is no longer true.",
	}
	CLIStateLink = Sentence{
		Code:    "cli-state-link",
		Text:    "is a symbolic link to %s, and a change would replace the link",
		Hint:    "name the file itself; its keys are beside it",
		Explain: "Two directories that share one state by a link would go separate ways if a command replaced the link by a file. A link within one Git repository is followed: the file behind it is changed. Any other link is refused.",
	}
	CLIRequestKey = Sentence{
		Code:    "cli-request-key",
		Text:    "--csr-out makes a new key and needs to know where",
		Hint:    "add --issuer-key PATH, relative to the state file",
		Explain: "A certificate request is signed by the key that it asks a certificate for. The key is made here and stays at this path; the signed answer is brought with --signed FILE and the same --issuer-key.",
	}
	CLIOwnProgram = Sentence{
		Code:    "own-program",
		Text:    "this program cannot read itself to be copied: %v",
		Hint:    "check who may read the program's file",
		Explain: "Helm's plugins and Argo CD's sidecar get a copy of the program, so that they work after the program moved or went.",
	}
	CLIFullProgram = Sentence{
		Code:    "full-program",
		Text:    "the program %s, which has this command, cannot be run: %v",
		Hint:    "install it beside l5d-pki-render (both are in every release), or name it in L5D_PKI_FULL_PROGRAM",
		Explain: "Hosts start l5d-pki-render for each release and each build, so it has what they call and the commands of one rotation. Pull requests, fleets, observations, proofs, reports and audits are in l5d-pki-render-full, which it starts for them.",
	}
)
