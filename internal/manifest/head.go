package manifest

// Head is what names an object: enough to decide whether a document matters.
type Head struct{ APIVersion, Kind, Namespace, Name string }

// Head reads the document's head without parsing it. When sure is false, only
// [Document.Parse] can tell.
func (d Document) Head() (h Head, sure bool) {
	return Head{}, onlyComments(d.Text)
}
