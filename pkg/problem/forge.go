package problem

// What internal/forge says.
var (
	ForgeRemote = Sentence{
		Code:    "forge-remote",
		Text:    "%q is not the address of a repository on a forge",
		Hint:    "give the remote's name or an address like https://HOST/OWNER/REPO.git or git@HOST:OWNER/REPO.git; `pr --print` needs no forge",
		Explain: "Pull requests are opened where the branch is pushed to, and that is read from the remote's address. A local directory has no forge.",
	}
	ForgeUnknown = Sentence{
		Code:    "forge-unknown",
		Text:    "which forge is at %q is not known",
		Hint:    "say it with --forge github, gitlab or gitea (also for Forgejo)",
		Explain: "The kind of forge comes from --forge, from the variables of the CI if it is the CI's own server, or from the host's name (github.com, gitlab.example.org, …). Nothing is asked over the network to find out, since a token could end up with a stranger.",
	}
	ForgeAlias = Sentence{
		Code:    "forge-alias",
		Text:    "%q is not the name of a host, and `ssh -G` knows no host behind it",
		Hint:    "if it is an alias of ~/.ssh/config, name the forge itself: --forge-url https://github.com",
		Explain: "SSH can have several names for one host, for example one for each account. The forge behind an alias is read from SSH's configuration. Nothing is guessed from the name, since a token would go there.",
	}
	ForgeKind = Sentence{
		Code:    "forge-kind",
		Text:    "there is no forge of the kind %q",
		Hint:    "the kinds are github, gitlab, gitea, bitbucket, bitbucket-server and azure",
		Explain: "Forgejo and Codeberg speak as gitea does.",
	}
	ForgeBaseURL = Sentence{
		Code:    "forge-base-url",
		Text:    "%q is not a base URL",
		Hint:    "give https://HOST, with the port or the path under which the forge's pages are, if it has one",
		Explain: "The base URL is the address of the forge's start page. Owner, repository and the API's own path are added to it.",
	}
	ForgeRepository = Sentence{
		Code:    "forge-repository",
		Text:    "%q does not name one repository of its owner, as %s has them",
		Hint:    "check the remote's address; a forge below a path of its host needs --forge-url https://HOST/PATH",
		Explain: "GitHub and Gitea have OWNER/REPO, GitLab has GROUP/SUBGROUP/REPO. Other paths are refused, since a guess could reach another repository.",
	}
	ForgeToken = Sentence{
		Code:    "forge-token",
		Text:    "there is no token for %s",
		Hint:    "set L5D_PKI_FORGE_TOKEN",
		Explain: "Tokens come from the environment only: never from an argument, which others on the machine can read. A CI's own token is sent to the CI's own server only. GitLab's CI_JOB_TOKEN is not taken, since it may not open merge requests: make a project access token with the scope api.",
	}
	ForgeTokenHost = Sentence{
		Code:    "forge-token-host",
		Text:    "the token is for %s, and is not sent to %s as well",
		Hint:    "give each server its own: L5D_PKI_FORGE_TOKENS='HOST=TOKEN HOST=TOKEN'",
		Explain: "One command may reach several servers, as for a fleet whose members are in repositories of their own. Who runs one of them, or reads its log, would have the token of the other.",
	}
	ForgeTokens = Sentence{
		Code:    "forge-tokens",
		Text:    "entry %d of %d in L5D_PKI_FORGE_TOKENS is not HOST=TOKEN",
		Hint:    "separate the entries by blanks, and give hosts without a scheme: L5D_PKI_FORGE_TOKENS='git.example.org=TOKEN gitlab.example.net:8443=TOKEN'",
		Explain: "Read in another way than it was meant, the token of one server would go to another. An entry is not shown, since a token is in it.",
	}
	ForgeNoClient = Sentence{
		Code:    "forge-no-client",
		Text:    "pull requests on %s are not opened by this tool",
		Hint:    "use `pr --print` and hand branch, title and body to the forge's own program",
		Explain: "GitHub, GitLab, Gitea and Forgejo are called. For Bitbucket and Azure DevOps the text is written within their limits, and their own tools open the pull request.",
	}
	ForgeCAFile = Sentence{
		Code:    "forge-ca-file",
		Text:    "%s is of no use for TLS: %v",
		Hint:    "give a file of PEM certificates, of the authorities that sign the forge's own",
		Explain: "The file that says whom to trust for a private forge could not be read.",
	}
	ForgeDenied = Sentence{
		Code:    "forge-denied",
		Text:    "%s answered %d to %s: %s",
		Hint:    "check that the token has not expired and may write pull requests, labels and comments of this repository (docs/forges.md lists the scopes)",
		Explain: "The forge knows the token no more (401), or it may not do this (403). Nothing was changed by this call.",
	}
	ForgeNotFound = Sentence{
		Code:    "forge-not-found",
		Text:    "%s answered 404 to %s",
		Hint:    "check owner, repository and base branch; a private repository looks like this to a token that may not see it",
		Explain: "The repository, the pull request or the branch is not there for this token.",
	}
	ForgeRate = Sentence{
		Code:    "forge-rate-limit",
		Text:    "%s wants no more calls for now (%d to %s), for %s",
		Hint:    "run the same command again after that time: it goes on where it stopped",
		Explain: "Short rate limits are waited out. This one is longer than two minutes, or it came again and again.",
	}
	ForgeUnreachable = Sentence{
		Code:    "forge-unreachable",
		Text:    "%s cannot be reached for %s: %v",
		Hint:    "check the address and the network, and run the same command again; --ca-file names the authority of a private forge",
		Explain: "Calls that change nothing, or the same thing, were repeated for a while. No call went through.",
	}
	ForgeLost = Sentence{
		Code:    "forge-lost",
		Text:    "the answer of %s to %s was lost: %v",
		Hint:    "run the same command again: it looks first for what is there already",
		Explain: "The connection broke after the call was sent, so it may have been carried out or not. It was looked whether it was, without success. A new run finds what there is and never makes a second one.",
	}
	ForgeRefused = Sentence{
		Code:    "forge-refused",
		Text:    "%s answered %d to %s: %s",
		Hint:    "the forge's own words say why; a branch must be pushed and differ from its base, and a closed pull request whose branch was pushed anew cannot be opened again",
		Explain: "The forge understood the call and did not do it (409, 422 and others).",
	}
	ForgeAnswer = Sentence{
		Code:    "forge-answer",
		Text:    "%s did not answer %s as a forge of its kind does: %v",
		Hint:    "check the kind (--forge) and the address (--forge-url); a proxy may have answered",
		Explain: "The answer was not the expected JSON, was larger than the cap, or sent us to another host, where no token is taken.",
	}
	ForgeExists = Sentence{
		Code:    "forge-exists",
		Text:    "pull request %d is open already for %q into %q",
		Hint:    "update or close it; there is never a second one for the same branch",
		Explain: "A forge has one open pull request for a branch and its base. The one that is there was left as it is.",
	}
	ForgeMoved = Sentence{
		Code:    "forge-moved",
		Text:    "pull request %d does not stay as it was written: %s",
		Hint:    "see who else writes it (a bot, a rule of the forge), and run the command again",
		Explain: "After each change it is looked at again. Something else changed it at the same time, or the forge does not keep what it was given.",
	}
	ForgeMarker = Sentence{
		Code:    "forge-marker",
		Text:    "the comment does not hold its own marker %q",
		Hint:    "report this: it is a mistake of the tool",
		Explain: "A comment is found again by a hidden marker. Without it each run would write a new one.",
	}
	ForgeProgram = Sentence{
		Code:    "forge-program",
		Text:    "the program %s cannot be run: %v",
		Hint:    "install it beside l5d-pki-render (both are in every release), or name it in L5D_PKI_FORGE_PROGRAM",
		Explain: "The clients of the forges are linked into a program of their own, so that rendering starts fast and the token stays out of everything else.",
	}
	ForgeProtocol = Sentence{
		Code:    "forge-protocol",
		Text:    "the two programs do not understand each other: protocol %d, expected %d",
		Hint:    "install both programs of one release",
		Explain: "l5d-pki-render and l5d-pki-render-forge come from one release. The answer was incomplete or of another version.",
	}
	ForgeRequest = Sentence{
		Code:    "forge-request",
		Text:    "stdin holds no request",
		Hint:    "run `l5d-pki-render pr --next`, which runs this program",
		Explain: "l5d-pki-render-forge is not for people: it reads one request on stdin.",
	}
)
