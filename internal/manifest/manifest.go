// Package manifest is the only package that knows YAML text: it splits a stream
// into documents, reads one, and changes single fields of it while every other
// byte stays where it is.
//
// In go the bytes of a stream (or of one file); out come the same bytes, except
// for the fields that an [Edit] names:
//
//	docs := manifest.Split(stream)
//	for i, d := range docs {
//		if head, sure := d.Head(); sure && head.Kind != "ConfigMap" {
//			continue // left as it came, unread
//		}
//		docs[i], err = d.Splice(manifest.Set(manifest.At("data", "value"), "new"))
//	}
//	out := manifest.Join(docs)
//
// Nothing is ever re-encoded. A splice finds the field in the parsed tree,
// replaces its bytes, parses the result and compares the whole tree with the
// intended one; if they differ in anything (a value, a tag, a style, an anchor)
// the edit is refused and the caller keeps what it had.
//
// Refused: text that is not UTF-8, documents over [MaxDocument], nesting beyond
// [MaxDepth], aliases that multiply ([MaxAliased]) or contain themselves, an edit
// through an alias or of an anchored value that an alias repeats, a document in
// which a key is set twice, and every edit that the check above does not confirm.
package manifest

const (
	// MaxDocument is the largest document that is parsed, in bytes (64 MiB).
	// A Kubernetes object is at most 1.5 MiB (etcd's default request limit).
	MaxDocument = 64 << 20

	// MaxDepth is how many mappings and sequences may stand inside each other.
	MaxDepth = 1000

	// MaxAliased is how many nodes the aliases of one document may stand for,
	// all together, counted as if every alias were written out.
	MaxAliased = 100_000
)
