package problem

// PRGuardReserved: a path that the tool's own files need.
var PRGuardReserved = define(Sentence{
	Code:    "guard-reserved",
	Text:    "%s, and the change puts something else there",
	Hint:    "take the path out of the change",
	Explain: "Commands make files of their own beside the state file: a directory of observations, and a note that lets a command which was stopped be run again. What a repository has at these paths stops every move, until somebody removes it.",
})
