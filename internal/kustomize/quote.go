package kustomize

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// maxQuoted is how much of kustomize's error text is quoted, in bytes.
const maxQuoted = 400

// leftOut stands for what an error text had and must not tell.
const leftOut = "(left out)"

// suspicious are the parts of an error text that may hold a key: kustomize
// quotes whole patches ("[patch: …]"), lines of env files (as numbers of bytes,
// too), and prints whole generators and objects.
var suspicious = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?s)\[patch: .*|\[[0-9 ]{6,}\]|invalid utf8 bytes : .*|merging from generator .*|in object .*|-----BEGIN.*|[A-Za-z0-9+/=]{60,}|\b(data|stringData)\\*"?:.*`)
})

// configuration of a transformer stands between what failed and why.
var configuration = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("(?s) with config: `.*`")
})

// quotable is the first line of kustomize's error, without what may be secret
// and without the folder's own path. The words are those that no error tells.
func quotable(err error, dir string, words ...string) string {
	text, _, _ := strings.Cut(configuration().ReplaceAllString(err.Error(), ""), "\n")
	if dir != "" {
		text = strings.ReplaceAll(text, dir+"/", "")
	}
	text = suspicious().ReplaceAllString(text, leftOut)
	for _, word := range words {
		text = strings.ReplaceAll(text, word, leftOut)
	}
	if len(text) > maxQuoted {
		text = strings.ToValidUTF8(text[:maxQuoted], "") + " " + leftOut
	}
	return strings.TrimSpace(text)
}

// secretFields hold what may be a key, in Secrets, generators and patches.
var secretFields = []string{"data", "stringdata", "literals", "value"}

// word is a part of a text that would be recognised; shorter ones say nothing.
var word = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[^\s"'\\,:;{}\[\]()=]{4,}`)
})

// secretWords lists the words of a file that may be parts of keys, the longest
// first: those of secret fields, and all of a text that is no object.
func secretWords(text string) []string {
	found := wordsOf(text)
	slices.SortFunc(found, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(found)
}

func wordsOf(text string) (found []string) {
	decoder := yaml.NewDecoder(strings.NewReader(text))
	for {
		var content any
		err := decoder.Decode(&content)
		switch {
		case err != nil && err.Error() == "EOF":
			return found
		case err != nil:
			return append(found, word().FindAllString(text, -1)...)
		}
		found = append(found, wordsIn(content, false)...)
	}
}

// wordsIn collects the words of secret fields; text inside of text (patches,
// inline transformers) is looked into.
func wordsIn(content any, secret bool) (found []string) {
	switch v := content.(type) {
	case nil:
	case map[string]any:
		for key, inner := range v {
			found = append(found, wordsIn(inner, secret || slices.Contains(secretFields, strings.ToLower(key)))...)
			if strings.ToLower(key) == "patch" {
				found = append(found, wordsOf(fmt.Sprint(inner))...)
			}
		}
	case []any:
		for _, inner := range v {
			found = append(found, wordsIn(inner, secret)...)
		}
	case string:
		switch {
		case secret:
			found = word().FindAllString(v, -1)
		case strings.Contains(v, "\n"):
			found = wordsOf(v)
		}
	default:
		if secret {
			found = word().FindAllString(fmt.Sprint(v), -1)
		}
	}
	return found
}
