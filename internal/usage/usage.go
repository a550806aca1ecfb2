// Package usage helps with command lines: what a wrong one probably meant, what
// shells complete, and what the codes of problems mean.
package usage

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Explained adds to an error of the command line what was probably meant, and
// where to look. cmd is the command that was found, args what was given.
func Explained(cmd *cobra.Command, args []string, err error) error {
	list := cmd.CommandPath()
	if cmd.Name() == helpName {
		list = cmd.Root().Name()
	}
	if meant := meantBy(cmd, args, err); meant != "" {
		return fmt.Errorf("%w\nhint: %s\nhint: `%s --help` lists commands and flags", firstLine(cmd, err), meant, list)
	}
	return fmt.Errorf("%w\nhint: `%s --help` lists commands and flags", firstLine(cmd, err), list)
}

// firstLine drops cobra's own suggestions, which know neither arguments nor codes,
// and its word "command" where none may follow.
func firstLine(cmd *cobra.Command, err error) error {
	line, _, _ := strings.Cut(err.Error(), "\n")
	if !cmd.HasSubCommands() && cmd.Name() != helpName {
		line = strings.Replace(line, "unknown command ", "unexpected argument ", 1)
	}
	for _, s := range cobraSays {
		if m := s.says.FindStringSubmatch(line); m != nil {
			return errors.New(s.mean(cmd, m))
		}
	}
	return errors.New(line)
}

// cobraSays are sentences of cobra that speak of its own terms, and what they mean.
var cobraSays = []struct {
	says *lazy.Regexp
	mean func(cmd *cobra.Command, match []string) string
}{
	{lazy.New(`^accepts (at most )?(\d+) arg\(s\), received (\d+)$`), func(cmd *cobra.Command, m []string) string {
		return fmt.Sprintf("`%s` takes %s%s, got %s", cmd.CommandPath(), m[1], counted(m[2]), m[3])
	}},
	{lazy.New(`^if any flags in the group .* were all set$`), func(_ *cobra.Command, m []string) string {
		_, set, _ := strings.Cut(m[0], "; [")
		flags := strings.Fields(strings.TrimSuffix(set, "] were all set"))
		return "these flags exclude each other: --" + strings.Join(flags, ", --")
	}},
}

func counted(n string) string {
	if n == "1" {
		return "1 argument"
	}
	return n + " arguments"
}

// otherWords are what other tools call our commands.
var otherWords = map[string]string{
	"rollback": "back", "revert": "back", "undo": "back", "abort": "back --abandon",
	"next": "advance", "continue": "advance", "promote": "advance",
	"rotate": "start anchor", "begin": "start anchor", "history": "log", "verify": "prove",
}

// meantBy guesses what was meant; "" if nothing is near.
func meantBy(cmd *cobra.Command, args []string, err error) string {
	var noFlag *pflag.NotExistError
	if errors.As(err, &noFlag) {
		var names []string
		collect := func(f *pflag.Flag) {
			if !f.Hidden {
				names = append(names, f.Name)
			}
		}
		cmd.Flags().VisitAll(collect)
		cmd.InheritedFlags().VisitAll(collect)
		if meant, ok := problem.Nearest(noFlag.GetSpecifiedName(), names); ok {
			return "did you mean --" + meant + "?"
		}
		return ""
	}
	names, path := cmd.ValidArgs, cmd.CommandPath()
	if cmd.Name() == helpName {
		group, _ := helped(cmd.Root(), cmd.Flags().Args())
		path += strings.TrimPrefix(group.CommandPath(), cmd.Root().Name())
		cmd = group
	}
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	for _, arg := range args {
		if !strings.Contains(err.Error(), fmt.Sprintf("%q", arg)) {
			continue // not the argument that the error is about
		}
		if info, statErr := os.Stat(arg); statErr == nil && info.Mode().IsRegular() && cmd.Flags().Lookup("state") != nil {
			return fmt.Sprintf("files are named by flags: `%s --state %s`", cmd.CommandPath(), arg)
		}
		if cmd.Flags().Lookup("to") != nil && slices.Contains(state.PhaseNames(), arg) {
			return fmt.Sprintf("a phase is named by a flag: `%s --to %s`", cmd.CommandPath(), arg)
		}
		if meant := otherWords[arg]; meant != "" && !cmd.HasParent() {
			return "did you mean `" + path + " " + meant + "`?"
		}
		if meant, ok := problem.Nearest(arg, names); ok {
			return "did you mean `" + path + " " + meant + "`?"
		}
	}
	return ""
}
