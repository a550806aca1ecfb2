package problem

// What is said of fleets: several clusters that are rotated in step.
var (
	FleetTooLarge = Sentence{
		Code: "fleet-too-large", Text: "the fleet file has %d bytes; at most %d are read",
		Hint:    "check that this is the fleet file: one of 300 members has some 30 kB",
		Explain: "A fleet file lists the members of a fleet. A file over the limit is something else.",
	}
	FleetEmpty = Sentence{
		Code: "fleet-empty", Text: "the fleet file holds no document",
		Hint:    "write one with `l5d-pki-render fleet init`, or restore it from Git",
		Explain: "An empty file is not taken as a fleet without members: a truncated file looks the same, and no barrier would hold.",
	}
	FleetHead = Sentence{
		Code: "fleet-head", Text: "apiVersion is %q and kind is %q; a fleet file has %q and %q",
		Hint:    "write one with `l5d-pki-render fleet init`, or pass the fleet file with --fleet",
		Explain: "The file is of another kind or of another version of the format.",
	}
	FleetNoMembers = Sentence{
		Code: "fleet-no-members", Text: "the fleet has no members",
		Hint:    "list them, or run `l5d-pki-render fleet init`, which finds the state files of the repository",
		Explain: "A fleet without members holds no barrier, so it is refused.",
	}
	FleetTwice = Sentence{
		Code: "fleet-twice", Text: "%s %q is listed twice: members %q and %q",
		Hint:    "give every cluster one member with a state file of its own",
		Explain: "Two members with one name, or with one state file, would be moved by each other's moves, and the evidence of one would count for both.",
	}
	FleetNoMember = Sentence{
		Code: "fleet-no-member", Text: "the fleet has no member %q",
		Hint:    "the names are those of spec.members: `l5d-pki-render fleet status` lists them",
		Explain: "Links, canaries and --member name members of the fleet file.",
	}
	FleetPairs = Sentence{
		Code:    "fleet-pairs",
		Text:    "the links name %d pairs of members, at most %d are looked at",
		Hint:    "list each set of linked members once",
		Explain: "A link of many members stands for every pair of them. A thousand members that are all linked with one another are within the limit.",
	}
	FleetLimit = Sentence{
		Code: "fleet-limit", Text: "%s is %d; it may be 0 (no limit) to %d",
		Hint:    "change it in spec.limits",
		Explain: "Limits say how many members are moved together.",
	}
	FleetNoState = Sentence{
		Code: "fleet-no-state", Text: "the state of member %q is unknown: %s",
		Hint:    "check out the repository that has it, or correct spec.members; until then the member holds its component",
		Explain: "A member whose state cannot be read is unknown. Unknown is not absent: its pods go on running, so the members that it shares trust with wait for it. It leaves the fleet only by a reviewed change of the fleet file.",
	}
	FleetPin = Sentence{
		Code: "fleet-pin", Text: "commit is %q, which is not the full name of a commit",
		Hint:    "give all 40 (or 64) lower-case hexadecimal digits, or remove the field and run `l5d-pki-render fleet pin --repositories DIR`",
		Explain: "A member of another repository is read at one commit. Branches, tags and short names move or become ambiguous, so that a review of the fleet file would not decide what is read.",
	}
	FleetPinState = Sentence{
		Code: "fleet-pin-state", Text: "state is %q, which is not below the top of its repository",
		Hint:    "give the path from the top of that repository, as `git ls-files` lists it there",
		Explain: "The state of a member with a repository is read from a commit of that repository, by its path from the top.",
	}
	FleetOutside = Sentence{
		Code: "fleet-outside", Text: "nothing is written outside of the fleet's repository (%s): the %s of the member is %s",
		Hint:    "move the file below that directory and correct spec.members, or make the move in the repository that has the file, with a fleet file there",
		Explain: "States of other repositories are read, so that members wait for each other. Commands of a fleet write below the repository of the fleet file only, or below its directory where it is in no repository; absolute paths, paths with .. and links count by where they lead. Otherwise anyone who can change the fleet file could choose which of the operator's files are replaced.",
	}
	FleetElsewhere = Sentence{
		Code: "fleet-elsewhere", Text: "its state is in repository %s, which this command does not change",
		Hint:    "run `l5d-pki-render pr --fleet fleet.yaml --repositories DIR`, which opens a pull request in each repository",
		Explain: "The states of other repositories are read at the commits that the fleet file pins. They move by pull requests: one in each repository, and one that pins the new commits in the fleet file.",
	}
	FleetUnmerged = Sentence{
		Code: "fleet-unmerged", Text: "the base branch of repository %s does not have the state that the fleet file pins (%s)",
		Hint:    "merge the open pull request of that repository first; where the state was changed without the fleet, run `l5d-pki-render fleet pin --repositories DIR` and have the change reviewed",
		Explain: "A member moves from the state that all others were judged against. As long as its own repository has a different one, the next step would be judged against a state that does not exist there.",
	}
	PRGuardPinned = Sentence{
		Code: "fleet-pinned", Text: "the fleet file %s pins a different state of %s (%s)",
		Hint:    "merge the fleet's pull request that pins this state first, then run this check again; without one, run `l5d-pki-render fleet pin --repositories DIR --member NAME --commit COMMIT` in the fleet's repository with the head of this branch",
		Explain: "Members in several repositories wait for each other through the fleet file: a step is announced there by its commit, judged against all other members, and merged in its own repository after that. Otherwise two repositories could each merge a step that only the other's old state allows.",
	}
	FleetNotPinned = Sentence{
		Code: "fleet-not-pinned", Text: "no commit of repository %s is pinned",
		Hint:    "run `l5d-pki-render fleet pin --repositories DIR`, and have the change of the fleet file reviewed",
		Explain: "The state of a member of another repository is read at the commit that the fleet file pins. Without one the member is unknown and holds its component.",
	}
	FleetNoCommit = Sentence{
		Code: "fleet-no-commit", Text: "commit %s with %s is not in the clone of repository %s",
		Hint:    "run `git fetch origin COMMIT` in that clone; if the forge has dropped the commit, as after a squash, run `l5d-pki-render fleet pin --repositories DIR`",
		Explain: "The clone lacks the commit that the fleet file pins, or the commit has no state there: the clone may be outdated or shallow, or the commit was on a branch that was squashed and deleted. The member is unknown until then.",
	}
	FleetPinAmbiguous = Sentence{
		Code: "fleet-pin-ambiguous", Text: "--commit %s can mean different commits: %s",
		Hint:    "name the commit by its full hash, or the branch as refs/remotes/origin/NAME",
		Explain: "Whoever may push a tag chooses its name, and Git takes a tag for a branch of the same name.",
	}
	FleetPinWrite = Sentence{
		Code: "fleet-pin-write", Text: "the commit of member %q cannot be written: %v",
		Hint:    "write the field commit of that member by hand, in block style: one field a line",
		Explain: "Commits are written into the fleet file without touching its comments and order. Some forms of YAML cannot be edited that way, such as a block of text (`|`) that ends the file without a line break.",
	}
	FleetNoClones = Sentence{
		Code: "fleet-no-clones", Text: "no clone of repository %s was found",
		Hint:    "pass --repositories DIR, the directory below which each repository is cloned under its name",
		Explain: "A fleet file names other repositories by a plain name. Where their clones are is your own configuration, so that a change of the fleet file cannot choose what is read on your machine.",
	}
	FleetName = Sentence{
		Code: "fleet-name", Text: "member %q has the state of %q",
		Hint:    "name the member as metadata.name of its state file does",
		Explain: "Observations name clusters by metadata.name. A member with another name would never have evidence.",
	}
	FleetAnchors = Sentence{
		Code: "fleet-anchors", Text: "members %q and %q are linked and share no trust anchor",
		Hint:    "remove the link, or bring one of them onto the other's anchor with `l5d-pki-render start anchor --anchor FILE` before they are linked",
		Explain: "Linked clusters verify each other's certificates. Without a common anchor no connection between them succeeds.",
	}
	FleetIncoming = Sentence{
		Code: "fleet-incoming", Text: "members %q and %q are linked and rotate to different anchors: %s and %s",
		Hint:    "go back with one of them (`l5d-pki-render back --abandon`), then bring the other's anchor: `l5d-pki-render fleet start anchor`",
		Explain: "A component rotates from one anchor to one other. With two incoming anchors neither rotation can end: each gate waits for endpoints that hold both.",
	}
	FleetOneSided = Sentence{
		Code: "fleet-one-sided", Text: "the state of %q links to %q, and the state of %q does not link back",
		Hint:    "add the link to spec.links of both states, or list it in spec.links of the fleet file",
		Explain: "Trust between linked clusters is mutual: each verifies the other's certificates. With the link on one side only, the other cluster's own gate does not look at this one.",
	}
	FleetMissingLink = Sentence{
		Code: "fleet-missing-link", Text: "the fleet file links %q and %q, and neither state does",
		Hint:    "add it to spec.links of both states, so that the gate of one state alone knows it too",
		Explain: "Commands on one state, such as advance and the guard without --fleet, look at spec.links of that state.",
	}
	FleetForeignLink = Sentence{
		Code: "fleet-foreign-link", Text: "the state of %q links to %q, which is not a member",
		Hint:    "add it to spec.members, or remove the link",
		Explain: "A cluster that is linked with a member shares its trust, so it belongs to the fleet. As long as it is not in it, the barriers do not hold for it.",
	}
	FleetUnlinked = Sentence{
		Code: "fleet-unlinked", Text: "member %q is linked with no other member",
		Hint:    "add its links to spec.links of the fleet file; leave it out of the fleet if it shares trust with none",
		Explain: "A member without links is a component of its own and waits for nobody. That is right for a cluster that no other one talks to.",
	}
	FleetNoFile = Sentence{
		Code: "fleet-no-file", Text: "no fleet file",
		Hint:    "pass one with --fleet, or write one: `l5d-pki-render fleet init`",
		Explain: "Commands on a fleet read its members from a fleet file, fleet.yaml by default.",
	}
	FleetObservation = Sentence{
		Code: "fleet-observation", Text: "member %q has an observation of cluster %q",
		Hint:    "take one of the right cluster: `l5d-pki-render observe --help`, or correct spec.members",
		Explain: "An observation counts for the cluster that it names. One of another cluster would open gates by what runs elsewhere.",
	}
	FleetNoContext = Sentence{
		Code: "fleet-no-context", Text: "no member has both a context and an observation",
		Hint:    "set context, as `kubectl config get-contexts` lists it, and observation, the file to write",
		Explain: "`observe --fleet` reads each member with its context of the kubeconfig, and writes what it sees to the file that `fleet status` reads.",
	}
	FleetRefused = Sentence{
		Code: "fleet-refused", Text: "member %s",
		Hint:    "`l5d-pki-render fleet status` lists what each member lacks",
		Explain: "Of the members that were chosen none may move, or one that was named may not. Nothing was written.",
	}
	FleetAnchorKey = Sentence{
		Code: "fleet-anchor-key", Text: "the key of anchor %q, which member %q has, cannot be opened: %s",
		Hint:    "give what opens it (`--identity FILE`), or the key itself (`--anchor-key FILE`)",
		Explain: "A member that joins a rotation gets an issuer under the anchor that the others rotate to. It is signed with that anchor's key, which the custody of the first member keeps. `l5d-pki-render custody status --state FILE` with that member's state file lists its key files and for whom they are sealed: give an identity of one of these, or restore a key file that is missing from Git or a backup. A key that nobody can open signs nothing; then go back with `fleet back` and begin with another anchor.",
	}
	FleetHeld = Sentence{
		Code: "fleet-held", Text: "%s is held back: %s",
		Hint:    "bring the members named into line, or observations of them that show it: `l5d-pki-render fleet status` lists what each one lacks",
		Explain: "Linked clusters share trust, so a step of one of them is judged against all members of its component. Before an issuer is switched every endpoint of the component has to hold a bundle that verifies it; before an anchor is dropped no endpoint may serve a leaf under it. A member that cannot be observed counts with all that it may have; it leaves the fleet only by a reviewed change of the fleet file.",
	}
	FleetOneFile = Sentence{
		Code: "fleet-one-file", Text: "members %q and %q would write their keys to one file",
		Hint:    "give each member a directory of its own: move the key files of one of them there, and name them so in `key` of its anchors and issuers",
		Explain: "New keys go to the directory that has the key of the issuer in force. Keys of members have the same names, so that members with one directory would overwrite each other's. Nothing was written.",
	}
	FleetPair = Sentence{
		Code: "fleet-pair", Text: "%s may hold %s, and %s may serve leaves of %s, which it does not verify",
		Hint:    "a member that joined brings this about: remove its links until it has the bundle of its component; `l5d-pki-render fleet status` shows what each member has",
		Explain: "Two members of one component could meet with a bundle and a chain that do not verify. No move that this tool allows leads there: a member was linked as it was, or a state was edited by hand.",
	}
	FleetNothing = Sentence{
		Code: "fleet-nothing", Text: "no state file was found below %s",
		Hint:    "run it at the top of the repository that has them, or make one: `l5d-pki-render init --help`",
		Explain: "fleet init looks for YAML files of kind Rotation below the directory of the fleet file.",
	}
	PRGuardNoFleet = Sentence{
		Code: "guard-no-fleet", Text: "neither the base nor the change has the fleet file",
		Hint:    "correct --fleet",
		Explain: "The guard was told that the state belongs to a fleet. Without the fleet file no barrier can be judged, and that is no pass.",
	}
	PRGuardNoMember = Sentence{
		Code: "guard-no-member", Text: "no member of the fleet has the state file %q",
		Hint:    "correct --state or --fleet, or add the member",
		Explain: "A state that is not a member is judged by nobody's barriers.",
	}
	PRGuardFleet = Sentence{
		Code: "guard-fleet", Text: "%s: what it holds or serves no longer holds back the others",
		Hint:    "undo it; if the cluster is gone or shares no trust any more, have a maintainer accept it with --accept guard-fleet",
		Explain: "Members leave a fleet, and links go, by a reviewed change: an unreachable member is unknown, and its pods may still be there.",
	}
	PRGuardPin = Sentence{
		Code: "guard-pin", Text: "the pin of member %q: %s",
		Hint:    "pin the commit that makes one step from the pinned state, or undo the change; if the branch of an earlier pin was given up and never merged, have a maintainer accept it with --accept guard-pin",
		Explain: "A pin announces a step to all other members. Its state has to be known and to be the one before or one step of it, so that everything the member may still have is in its log.",
	}
	PRFleetFlags = Sentence{
		Code: "pr-fleet-flags", Text: "a move of a fleet does not follow %s",
		Hint:    "leave it out; where one member is to move by itself, name its state file with --state in place of --fleet. Clusters are read by `observe --fleet` before",
		Explain: "`pr --fleet` moves several members at once, and takes what all of them can share: the anchor with its key, the outgoing key, strategy, evidence and your word. Names, places and signers of keys belong to one member. A command that ignored a flag would look as if it had followed it. A flag from an L5D_PKI_ variable counts as well.",
	}
	PRFleetOpen = Sentence{
		Code: "pr-fleet-open", Text: "#%d (%s) of this fleet is open",
		Hint:    "merge or close it first: the members that it moves hold the others",
		Explain: "One pull request of a fleet is open at a time: the next one is judged with the states that this one leaves.",
	}
)
