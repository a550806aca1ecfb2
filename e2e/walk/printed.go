package walk

import (
	"regexp"
	"slices"
	"strings"
)

// quoted is a command within a sentence; a line that begins with blanks and the
// name of a program is a command, too.
var quoted = regexp.MustCompile("`([^`\n]+)`")

var programs = []string{"l5d-pki-render", "kubectl"}

// deliveries are the commands of a text by which something reaches the cluster,
// in the order in which they are printed, each once. Lines for another way to call
// the host than this one's are left out.
func deliveries(text string, meant func(line string) bool) (commands []string) {
	add := func(command string) {
		name, _, _ := strings.Cut(command, " ")
		if slices.Contains(programs, name) && delivers(command) && !slices.Contains(commands, command) {
			commands = append(commands, command)
		}
	}
	for line := range strings.Lines(text) {
		if !meant(line) {
			continue
		}
		for _, found := range quoted.FindAllStringSubmatch(line, -1) {
			add(found[1])
		}
		if bare := strings.TrimSpace(line); bare != strings.TrimRight(line, "\n") {
			add(bare)
		}
	}
	return commands
}

// delivers tells commands that write to the cluster from those that only look.
func delivers(command string) bool {
	for _, verb := range []string{"kubectl apply ", "kubectl annotate ", "kubectl create ", "kubectl delete ", "kubectl replace "} {
		if strings.Contains(command, verb) {
			return true
		}
	}
	return false
}

// precedes tells commands that have to be run before the host applies: what
// keeps Helm from deleting an object.
func precedes(command string) bool { return strings.Contains(command, "kubectl annotate ") }

// readsBack finds the command that takes down what the cluster made.
func readsBack(text string) string {
	for _, found := range quoted.FindAllStringSubmatch(text, -1) {
		if strings.Contains(found[1], "custody read-back") {
			return found[1]
		}
	}
	return ""
}
