package caller

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/child"

	"sigs.k8s.io/yaml"
)

// kubeconfig is what a kubeconfig has of other files.
type kubeconfig struct {
	Clusters []struct {
		Cluster struct {
			Authority string `json:"certificate-authority"`
		} `json:"cluster"`
	} `json:"clusters"`
	Users []struct {
		User struct {
			Certificate string `json:"client-certificate"`
			Key         string `json:"client-key"`
			Token       string `json:"tokenFile"`
			Exec        struct {
				Command string   `json:"command"`
				Args    []string `json:"args"`
				Env     []struct {
					Value string `json:"value"`
				} `json:"env"`
			} `json:"exec"`
		} `json:"user"`
	} `json:"users"`
}

// Files lists the files that reading the cluster goes by, each with the name of its flag
// or variable: as kubectl finds them, with what they name in turn.
func (o Options) Files(getenv func(string) string) [][2]string {
	named := [][2]string{{"--prometheus-token-file", o.Prometheus.TokenFile}, {"--prometheus-ca-file", o.Prometheus.CAFile}}
	by, paths := "--kubeconfig", []string{o.Kubeconfig}
	if o.Kubeconfig == "" {
		by, paths = "KUBECONFIG", filepath.SplitList(getenv("KUBECONFIG"))
	}
	if home, err := os.UserHomeDir(); err == nil && len(paths) == 0 {
		by, paths = "the usual kubeconfig", []string{filepath.Join(home, ".kube", "config")}
	}
	for _, path := range paths {
		named = append(named, [2]string{by, path})
		named = append(named, namedIn(by, path)...)
	}
	return named
}

// maxKubeconfig is how much of a kubeconfig is read, in bytes.
const maxKubeconfig = 4 << 20

// namedIn lists the files that a kubeconfig names. One that cannot be read names none: it
// is of no use to the program that reads the cluster, either.
func namedIn(by, path string) (named [][2]string) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxKubeconfig {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	defer clear(text)
	var k kubeconfig
	if yaml.Unmarshal(text, &k) != nil {
		return nil
	}
	add := func(other string) {
		if other != "" && !filepath.IsAbs(other) {
			other = filepath.Join(filepath.Dir(path), other)
		}
		named = append(named, [2]string{by, other})
	}
	for _, c := range k.Clusters {
		add(c.Cluster.Authority)
	}
	for _, u := range k.Users {
		add(u.User.Certificate)
		add(u.User.Key)
		add(u.User.Token)
		if strings.ContainsRune(u.User.Exec.Command, filepath.Separator) { // others are found in the PATH
			add(u.User.Exec.Command)
		}
		for _, variable := range u.User.Exec.Env {
			u.User.Exec.Args = append(u.User.Exec.Args, variable.Value)
		}
		program := filepath.Base(u.User.Exec.Command)
		line := program
		for _, word := range u.User.Exec.Args { // from the directory that the plugin runs in
			named = append(named, child.Named("", by, word, true, false)...)
			line += " '" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
		for _, word := range child.Named("", by, line, false, true) { // which may be a script for a shell
			if word[1] != child.Where(program) && !slices.Contains(named, word) {
				named = append(named, word)
			}
		}
	}
	return named
}
