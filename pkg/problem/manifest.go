package problem

// What internal/manifest says about YAML text.
var (
	NotYAML = define(Sentence{
		Code:    "manifest-not-yaml",
		Text:    "is not valid YAML: %s",
		Hint:    "correct the document at that line; if a program made it, run it again and look for a cut-off end",
		Explain: "The YAML parser stopped at this place. A stream that was cut short usually ends inside a quoted value or a bracket, and the parser then names the last line. Nothing was changed, since a document that cannot be read cannot be edited safely.",
	})
	NotUTF8 = define(Sentence{
		Code:    "manifest-not-utf8",
		Text:    "is not UTF-8 text at byte %d",
		Hint:    "save the file as UTF-8, without UTF-16 and without binary parts",
		Explain: "YAML for Kubernetes is UTF-8. The byte offset counts from the start of the document. UTF-16 files, compressed files and archives end up here too.",
	})
	DocumentTooLarge = define(Sentence{
		Code:    "manifest-document-too-large",
		Text:    "the document has %d bytes; the limit is %d",
		Hint:    "check the input: a Kubernetes object never gets this large",
		Explain: "Documents over the limit (64 MiB) are not parsed, because no Kubernetes API server would take them: etcd stores at most 1.5 MiB per object. The input is probably not what was meant.",
	})
	TooDeep = define(Sentence{
		Code:    "manifest-too-deep",
		Text:    "more than %d values stand inside each other",
		Hint:    "check the input: manifests are some dozens of levels deep at most",
		Explain: "The document nests deeper than any real manifest. Such input is either damaged or made to exhaust a parser.",
	})
	TooManyAliases = define(Sentence{
		Code:    "manifest-too-many-aliases",
		Text:    "the aliases of the document stand for more than %d values",
		Hint:    "write the repeated values out, or check where the input comes from",
		Explain: "Aliases of aliases can make a few lines stand for millions of values (an alias bomb). Real manifests use few or none.",
	})
	AliasLoop = define(Sentence{
		Code:    "manifest-alias-loop",
		Text:    "an alias stands inside the value that it repeats",
		Hint:    "remove the alias: a value cannot contain itself in Kubernetes",
		Explain: "YAML can write a value that contains itself; JSON and Kubernetes cannot.",
	})
	SecondDocument = define(Sentence{
		Code:    "manifest-second-document",
		Text:    "a second document begins here; one is expected",
		Hint:    "remove what follows the first document, or the \"---\" between them",
		Explain: "The file or field must hold exactly one YAML document. A line \"---\" begins the next one.",
	})
	Unconfirmed = define(Sentence{
		Code:    "manifest-edit-unconfirmed",
		Text:    "cannot be edited without touching more than the field: %s",
		Hint:    "write the value in a simpler style (plain, quoted or |) and run again",
		Explain: "Every edit is checked: the changed text is parsed and compared with the document as it was meant to be. This one would have changed something else too, or could not be read back, so nothing was changed.",
	})
)
