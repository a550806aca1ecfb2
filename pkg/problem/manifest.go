package problem

// What internal/manifest says about YAML text.
var (
	NotYAML = Sentence{
		Code:    "manifest-not-yaml",
		Text:    "is not valid YAML: %s",
		Hint:    "correct the document at that line; if a program made it, run it again and look for a cut-off end",
		Explain: "The YAML parser stopped at this place. A stream that was cut short usually ends inside a quoted value or a bracket, and the parser then names the last line. Nothing was changed, since a document that cannot be read cannot be edited safely.",
	}
	NotShown = Sentence{
		Code:    "manifest-not-shown",
		Text:    "has %s, which a reviewer would not see",
		Hint:    "save the file with usual line ends; inside of double quotes such a character can be written as an escape (\\r, \\u2028)",
		Explain: "States, fleet files and observations are reviewed as differences. YAML 1.1 begins a new line at characters that git, forges and editors show as nothing, so a line that looks like a comment could set a field; characters that turn text around make a line look like another one.",
	}
	NotUTF8 = Sentence{
		Code:    "manifest-not-utf8",
		Text:    "is not UTF-8 text at byte %d",
		Hint:    "save the file as UTF-8, without UTF-16 and without binary parts",
		Explain: "YAML for Kubernetes is UTF-8. The byte offset counts from the start of the document. UTF-16 files, compressed files and archives end up here too.",
	}
	DocumentTooLarge = Sentence{
		Code:    "manifest-document-too-large",
		Text:    "the document has %d bytes; the limit is %d",
		Hint:    "check the input: a Kubernetes object never gets this large",
		Explain: "Documents over the limit (64 MiB) are not parsed, because no Kubernetes API server would take them: etcd stores at most 1.5 MiB per object. The input is probably not what was meant.",
	}
	TooDeep = Sentence{
		Code:    "manifest-too-deep",
		Text:    "more than %d values are nested",
		Hint:    "check the input: manifests are some dozens of levels deep at most",
		Explain: "The document nests deeper than any real manifest. Such input is either damaged or made to exhaust a parser.",
	}
	TooManyAliases = Sentence{
		Code:    "manifest-too-many-aliases",
		Text:    "the aliases of the document stand for more than %d values",
		Hint:    "write the repeated values out, or check where the input comes from",
		Explain: "Aliases of aliases can make a few lines stand for millions of values (an alias bomb). Real manifests use few or none.",
	}
	AliasLoop = Sentence{
		Code:    "manifest-alias-loop",
		Text:    "an alias is inside the value that it repeats",
		Hint:    "remove the alias: a value cannot contain itself in Kubernetes",
		Explain: "YAML can write a value that contains itself; JSON and Kubernetes cannot.",
	}
	SecondDocument = Sentence{
		Code:    "manifest-second-document",
		Text:    "a second document begins here; one is expected",
		Hint:    "remove what follows the first document, or the \"---\" between them",
		Explain: "The file or field must hold exactly one YAML document. A line \"---\" begins the next one.",
	}
	Unconfirmed = Sentence{
		Code:    "manifest-edit-unconfirmed",
		Text:    "cannot be edited without touching more than the field: %s",
		Hint:    "write the value in a simpler style (plain, quoted or |) and run again",
		Explain: "Every edit is checked: the changed text is parsed and compared with the document as it was meant to be. This one would have changed something else too, or could not be read back, so nothing was changed.",
	}
	NoField = Sentence{
		Code:    "manifest-no-field",
		Text:    "the field does not exist: %s",
		Hint:    "check the spelling of the field and that the document is of the expected version",
		Explain: "The edit names a field that the document does not have. Only some edits add fields; this one changes or removes what is there.",
	}
	NotAScalar = Sentence{
		Code:    "manifest-not-a-scalar",
		Text:    "is a %s, not a single value",
		Hint:    "check the document: a text or a number is expected in this field",
		Explain: "The field holds a mapping or a sequence where a single value is expected, so the document has another shape than its kind prescribes.",
	}
	NotASequence = Sentence{
		Code:    "manifest-not-a-sequence",
		Text:    "is a %s, not a sequence",
		Hint:    "check the document: a list is expected in this field",
		Explain: "An item was to be added to a list, but the field has something else.",
	}
	ThroughAlias = Sentence{
		Code:    "manifest-through-alias",
		Text:    "this is the alias *%s; an edit through it would change other places too",
		Hint:    "write the value out in place of the alias",
		Explain: "An alias repeats a value that is elsewhere in the document. Changing it there changes every place that repeats it, so the tool does not.",
	}
	Repeated = Sentence{
		Code:    "manifest-repeated-value",
		Text:    "the value is repeated elsewhere by the alias *%s; an edit would change those places too",
		Hint:    "write the value out in place of the aliases, and remove the anchor",
		Explain: "The value carries an anchor (&name) and at least one alias (*name) repeats it. Only the named field may change, so the edit is refused.",
	}
	KeyTwice = Sentence{
		Code:    "manifest-key-twice",
		Text:    "the key %q is set twice, on lines %d and %d",
		Hint:    "remove one of the two; if a second object begins there, put a line \"---\" before it",
		Explain: "YAML forbids a key that is set twice in one mapping, and programs differ in which value they take: kubectl and Helm take the last. An edit of the other one would be without effect. It often happens when two files are joined and the line \"---\" between them is lost. A key before a merge key (<<) that brings the same key counts too.",
	}
	MergedKey = Sentence{
		Code:    "manifest-merged-key",
		Text:    "the key %q comes from a merge key (<<), from line %d; an edit would change other places too",
		Hint:    "write the key out in place of the merge key",
		Explain: "A merge key takes over the entries of another mapping. Adding the key beside it would replace the merged value as a whole, and changing it at its source would change every mapping that merges it.",
	}
	Unseparated = Sentence{
		Code:    "manifest-unseparated",
		Text:    "%s begins without a line \"---\" of its own",
		Hint:    "put a line \"---\" before it",
		Explain: "Programs differ in where this object begins. YAML ends a document at \"...\", kubectl and Helm only at \"---\" and drop or join what follows; Helm also takes \"---kind: X\" for a separator, YAML for a key. For kubectl and Helm a line ends with LF only, so a \"---\" behind a lone CR or a Unicode line break separates nothing.",
	}
	MarkInside = Sentence{
		Code:    "manifest-mark-inside",
		Text:    "a byte order mark is inside the document",
		Hint:    "save the file that was put in there without a byte order mark",
		Explain: "The mark is allowed where a file or a document begins. Inside a document kubectl and Helm skip it at the beginning of a line, and other programs take it for a part of the key behind it.",
	}
	BinaryText = Sentence{
		Code:    "manifest-binary",
		Text:    "a key or value has the tag !!binary",
		Hint:    "write it as plain text, without the tag",
		Explain: "kubectl and Helm decode what has this tag, other programs do not: they would see different keys and values in this object.",
	}
	ReadOtherwise = Sentence{
		Code:    "manifest-read-otherwise",
		Text:    "kubectl and Helm read this otherwise than YAML 1.2",
		Hint:    "put the value into quotes, or a blank behind the colon or the tag; name anchors by letters and digits",
		Explain: "Between brackets the older rules of YAML, by which kubectl, Helm and Argo CD read, see keys and values in other places, such as the key a in {?a: b}. Such a document could be another object for them, so it is not read.",
	}
	OwnItems = Sentence{
		Code:    "manifest-own-items",
		Text:    "%s has a key items of its own",
		Hint:    "take the key items out of the object",
		Explain: "kubectl, Helm and Argo CD take every object that has items for a list, whatever its kind: they would apply the items and drop the object itself.",
	}
	Folded = Sentence{
		Code:    "manifest-folded",
		Text:    "the folded text (>) cannot take the new value without new line breaks",
		Hint:    "write the value in literal style (|) and run again",
		Explain: "In folded style the line breaks of the file are not those of the value. A change inside one line is made; a larger one would lay the text out anew.",
	}
	NotAFragment = Sentence{
		Code:    "manifest-not-a-fragment",
		Text:    "the YAML text to be inserted %s",
		Hint:    "this is a defect of the program; report it with the command line",
		Explain: "A piece of YAML that the tool wrote itself was to be put into a document and is not one complete value. Nothing was changed.",
	}
	NoPlace = Sentence{
		Code:    "manifest-no-place",
		Text:    "there is no safe place for the change: %s",
		Hint:    "write that part of the document in block style, without comments between its lines, and run again",
		Explain: "The layout of the document leaves no place for the change that would not touch a comment or something else. Nothing was changed.",
	}
	NoCut = Sentence{
		Code:    "manifest-no-cut",
		Text:    "cannot be read apart from the document around it",
		Hint:    "write it as a mapping on the lines after its key or on the line of its dash, without anchors, tags and other line breaks than LF",
		Explain: "A value that is inside another document (an object in a list, a state in a function's configuration) is read as a document of its own. The layout around this one does not show where it begins and ends.",
	}
)
