package guard

import "testing"

// TestAttributesOfGitLab: lines that GitLab takes for such of the rotation, and Git does
// not: "*" and "?" stand for "/", and more characters are white space.
func TestAttributesOfGitLab(t *testing.T) {
	owned := map[string]bool{"pki/rotation.yaml": true, "pki/keys/a.age": true, "pki/keys/*.key": true}
	for text, applies := range map[string]bool{
		"pk*tation.yaml -diff":             true,
		"pki?rotation.yaml -diff":          true,
		"pki/rotation.yaml\f-diff":         true,
		"pki/rotation.yaml\v-diff":         true,
		"pki/rotation.yaml a\f-diff":       true,
		"\fpki/rotation.yaml -diff":        true,
		"*age -diff":                       true,
		"pki/ke*s*27*.key -diff":           true,
		"pki/ke?s?2?.key -diff":            true,
		"docs/*.key -diff":                 false,
		"docs/*tation.yaml -diff":          false,
		"*.png -diff":                      false,
		"other*.yaml -diff":                false,
		"pki/rotation.yaml\ftext eol=lf\f": false,
	} {
		found := ""
		for _, line := range attributeLines(text, map[string]bool{"binary": true}) {
			if line.harms {
				found += line.applies(".", owned)
			}
		}
		if applies != (found != "") {
			t.Errorf("%q applies to %q", text, found)
		}
	}
}
