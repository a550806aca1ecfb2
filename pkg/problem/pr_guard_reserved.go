package problem

// PRGuardReserved is a path that the tool's own files need.
var PRGuardReserved = Sentence{
	Code:    "guard-reserved",
	Text:    "%s, and the change puts something else there",
	Hint:    "take the path out of the change",
	Explain: "Commands make files of their own beside the state file: a directory of observations, a note that lets a command which was stopped be run again, and with custody kind file the keys. What a repository has at these paths stops every move, and replaces keys on the machine of whoever merges it: Git overwrites files that it ignores.",
}

// PRGuardShown is a key in clear that Git would commit.
var PRGuardShown = Sentence{
	Code:    "guard-keys-shown",
	Text:    "a private key in clear is kept there, and after this change no .gitignore ignores it",
	Hint:    "keep the pattern that ignores it (`*.key`), and add no pattern with ! that takes it back",
	Explain: "With custody kind file, keys lie beside the state file, and .gitignore alone keeps them out of the next commit.",
}
