package usage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manyFlags: the help of a command with more flags than these shows them in groups.
const manyFlags = 20

// groups are the flags that commands share or that belong together. A group is shown for
// a command that has its first flag; what is in none stands under "Flags:".
var groups = []struct {
	title string
	flags []string
}{
	{"Certificates and keys", []string{
		"identity", "passphrase-file", "anchor", "anchor-key", "anchor-signer", "csr", "csr-out", "issuer-key", "key-out", "keys-dir",
		"outgoing-key", "one-issuer", "signed", "signer", "start-before"}},
	{"Evidence", []string{"evidence", "accept-downtime", "assume", "because", "evidence-key", "force", "keep-evidence"}},
	{"Live cluster", []string{
		"kubeconfig", "certify", "context", "dial", "dry-run-pod", "observe", "observe-timeout", "prometheus", "prometheus-ca-file",
		"prometheus-labels", "prometheus-token-file"}},
	{"Guard", []string{"guard", "accept", "allow-no-state", "head", "other-state"}},
	{"Branch and pull request", []string{
		"forge", "allowed-signers", "anew", "base", "ca-file", "draft", "draft-until-gate", "flavor", "forge-url", "label", "pull", "remote"}},
	{"Fleet", []string{"fleet", "limit", "member", "parallel", "repositories", "selector"}},
	{"Values", []string{"values", "layout", "set", "set-file", "set-json", "set-literal", "set-string"}},
	{"Where the chart comes from", []string{
		"repo", "cache-dir", "ca-file", "cert-file", "digest", "insecure-skip-tls-verify", "key-file", "pass-credentials", "password",
		"password-stdin", "plain-http", "registry-config", "username", "version"}},
}

// GroupFlags makes the help of commands with many flags show them in groups.
func GroupFlags(root *cobra.Command) {
	plain := root.HelpFunc()
	root.SetHelpFunc(func(c *cobra.Command, args []string) {
		var text strings.Builder
		out := c.OutOrStdout()
		c.SetOut(&text)
		plain(c, args)
		c.SetOut(out)
		all := c.LocalFlags()
		fmt.Fprint(out, strings.Replace(text.String(), all.FlagUsages(), grouped(all), 1))
	})
}

// grouped is what help says of flags.
func grouped(all *pflag.FlagSet) string {
	rest, parts := pflag.NewFlagSet("", pflag.ContinueOnError), map[string]*pflag.FlagSet{}
	count := 0
	all.VisitAll(func(f *pflag.Flag) {
		count++
		to := rest
		if title := groupOf(all, f.Name); title != "" {
			if parts[title] == nil {
				parts[title] = pflag.NewFlagSet("", pflag.ContinueOnError)
			}
			to = parts[title]
		}
		to.AddFlag(f)
	})
	if count <= manyFlags {
		return all.FlagUsages()
	}
	text := rest.FlagUsages()
	for _, g := range groups {
		if parts[g.title] != nil {
			text += "\n" + g.title + ":\n" + parts[g.title].FlagUsages()
		}
	}
	return text
}

// groupOf is the title of the group that a flag is shown in, "" for none.
func groupOf(all *pflag.FlagSet, name string) string {
	for _, g := range groups {
		if all.Lookup(g.flags[0]) != nil && slices.Contains(g.flags, name) {
			return g.title
		}
	}
	return ""
}
