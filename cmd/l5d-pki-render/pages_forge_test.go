package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/testkit/settled"
)

// fileForge is a forge whose pull requests are in a file: each call of
// l5d-pki-render-forge is a process of its own.
type fileForge struct{ path, repo string }

// serveForge is l5d-pki-render-forge for pages.
func serveForge() {
	exitWith(forge.Serve(os.Stdin, os.Stdout, func(t forge.Target) (forge.Forge, error) {
		return fileForge{filepath.Join(os.Getenv("HOME"), "pulls.json"), t.BaseURL + "/" + t.Owner + "/" + t.Repo + ".git"}, nil
	}))
}

// serveCluster is l5d-pki-render-cluster for pages: a cluster that has taken in
// everything that the states beside the home directory say.
func serveCluster() {
	all := filepath.Dir(os.Getenv("HOME"))
	dir, err := os.Getwd()
	exitWith(err)
	for filepath.Dir(dir) != all && dir != "/" {
		dir = filepath.Dir(dir)
	}
	earlier := time.Now()
	file := filepath.Join(os.Getenv("HOME"), clock)
	if _, err := os.Stat(file); err == nil { // transcripts have none
		_, earlier = readClock(file) // the command that asks has set the clock for the next one
	}
	exitWith(settled.Serve(os.Stdin, os.Stdout, dir, filepath.Join(all, "late"), earlier))
}

func exitWith(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (f fileForge) Name() string { return "github" }

func (f fileForge) pulls() (all []forge.Pull, err error) {
	text, err := os.ReadFile(f.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	return all, err
}

func (f fileForge) save(all []forge.Pull) error {
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return os.WriteFile(f.path, text, 0o600)
}

func (f fileForge) List(_ context.Context, q forge.Query) (found []forge.Pull, err error) {
	all, err := f.pulls()
	for _, p := range all {
		if q.Matches(p) {
			p.HeadSHA = f.head(p.Head)
			found = append(found, p)
		}
	}
	return found, err
}

// head is the commit of a branch, as forges say it.
func (f fileForge) head(branch string) string {
	out, _ := exec.Command("git", "ls-remote", f.repo, "refs/heads/"+branch).Output()
	commit, _, _ := strings.Cut(string(out), "\t")
	return commit
}

func (f fileForge) Open(_ context.Context, n forge.New) (forge.Pull, error) {
	all, err := f.pulls()
	if err != nil {
		return forge.Pull{}, err
	}
	p := forge.Pull{Number: len(all) + 1, Title: n.Title, Body: n.Body, Head: n.Head, Base: n.Base, Draft: n.Draft, Labels: n.Labels, State: "open"}
	p.URL = fmt.Sprintf("https://github.com/acme/gitops/pull/%d", p.Number)
	return p, f.save(append(all, p))
}

func (f fileForge) Update(_ context.Context, number int, c forge.Change) (forge.Pull, error) {
	all, err := f.pulls()
	if err != nil {
		return forge.Pull{}, err
	}
	p := &all[number-1]
	if c.State != nil {
		p.State = *c.State
	}
	if c.Body != nil {
		p.Body = *c.Body
	}
	return *p, f.save(all)
}

func (f fileForge) Comment(context.Context, int, string, string) error { return nil }

// ageKeygen is age-keygen, as far as pages use it: -o FILE, and -y FILE.
func ageKeygen() {
	if len(os.Args) != 3 {
		exitWith(fmt.Errorf("age-keygen: %v", os.Args))
	}
	path := os.Args[2]
	if os.Args[1] == "-o" {
		id, err := age.GenerateX25519Identity()
		if err == nil {
			err = os.WriteFile(path, []byte("# public key: "+id.Recipient().String()+"\n"+id.String()+"\n"), 0o600)
		}
		exitWith(err)
		fmt.Fprintln(os.Stderr, "Public key:", id.Recipient())
		return
	}
	file, err := os.Open(path)
	exitWith(err)
	ids, err := age.ParseIdentities(file)
	exitWith(err)
	fmt.Println(ids[0].(*age.X25519Identity).Recipient())
}
