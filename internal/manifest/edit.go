package manifest

// verb says what an edit does.
type verb int

const (
	set verb = iota + 1
	put
	remove
	insert
	appendItem
)

// Edit is one intended change of one document, as data; [Splice] applies it.
//
//	edit     | stands there          | missing
//	---------|-----------------------|------------------------------------------
//	Set      | a scalar gets a value | refused
//	Put      | as Set                | key added at the end of its mapping
//	Delete   | removed with its lines| refused
//	Insert   | whole value replaced  | key added at the end of its mapping
//	Append   | item added at the end | sequence of one item added, as by Insert
type Edit struct {
	verb  verb
	path  Path
	value string
	yaml  []byte
}

// Set gives an existing scalar exactly this decoded value, in the style that
// stands there. A string stays a string: a value that would read as something
// else ("0777", "true") is quoted. A number, a boolean or a timestamp without
// quotes stays one while the new value is one too.
func Set(p Path, value string) Edit { return Edit{verb: set, path: p, value: value} }

// Put is [Set], and adds the key, as a string, at the end of its mapping when
// it is missing; mappings on the way that are missing, empty ({}) or null are
// made. For a new value that is no string use [Insert].
func Put(p Path, value string) Edit { return Edit{verb: put, path: p, value: value} }

// Delete removes a mapping entry or a sequence item, with its own lines.
// Comments on lines of their own stay.
func Delete(p Path) Edit { return Edit{verb: remove, path: p} }

// Insert gives a key a whole value, written as YAML text at indent 0, in place
// of what stands there or at the end of its mapping.
func Insert(p Path, yamlText []byte) Edit { return Edit{verb: insert, path: p, yaml: yamlText} }

// Append adds an item, written as YAML text at indent 0, at the end of the
// sequence at p.
func Append(p Path, yamlText []byte) Edit { return Edit{verb: appendItem, path: p, yaml: yamlText} }

// Path is the field that the edit is about.
func (e Edit) Path() Path { return e.path }

// Value is the value of a Set or a Put.
func (e Edit) Value() string { return e.value }
