package cli

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// hintWorld is what a case has around it beside files: a server, a disk that
// fails, a forge that is one of them or the real client.
type hintWorld struct {
	mu      sync.Mutex
	answers map[string][]hintAnswer // by path, the last one for good
	fault   *regexp.Regexp
	closed  bool
	// confined: what the plugin renders is rendered in a child of this process.
	confined bool
	unlock   func()
	clients  bool // the program of the forges' clients, not the fake
	forge    *hintForge
	git      http.Handler
}

// hintAnswer is what the server says to one request.
type hintAnswer struct {
	status int
	text   []byte
	kind   string
}

// meshed is a workload that Linkerd's injector takes.
const meshed = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  template:\n    metadata:\n      annotations: {linkerd.io/inject: enabled}\n    spec: {containers: []}\n"

// arrange is an instruction that changes the world.
func (r *hintRun) arrange(verb string, args []string) (known bool, err error) {
	w := &r.world
	switch verb {
	case "deploy":
		return true, r.change("write", []string{args[0], meshed})
	case "answer": // PATH STATUS [FILE [CONTENT-TYPE]]: of the server at $URL
		return true, w.answer(r, args)
	case "fault": // the disk refuses what matches
		w.fault = nil
		if len(args) > 0 {
			w.fault, err = regexp.Compile(args[0])
		}
		return true, err
	case "confine": // cmp generate runs as a child, with the case's environment
		w.confined = true
		for _, each := range r.environ() {
			name, value, _ := strings.Cut(each, "=")
			r.t.Setenv(name, value)
		}
		return true, nil
	case "set": // NAME COMMAND: the variable is what the command prints
		got := r.call(args[1:])
		if r.env[args[0]] = strings.TrimSpace(got.out); got.code != ExitDone {
			err = fmt.Errorf("exit code %d: %s", got.code, got.stderr)
		}
		return true, err
	case "pinned": // the mesh moves to a repository of its own, which a fleet file pins
		return true, r.pinnedFleet()
	case "cpdir": // of the fixtures
		copyMesh(r.t, args[1], filepath.Join(fixturesDir, args[0]))
		return true, nil
	case "lock": // FILE: another command is at work on it
		_, w.unlock, err = disk.Lock(args[0])
		return true, err
	case "unlock":
		w.unlock()
		return true, nil
	case "stdout":
		w.closed = args[0] == "closed"
		return true, nil
	case "forge":
		if w.clients = args[0] == "real"; w.clients {
			err = r.openForge()
		}
		switch args[0] {
		case "close": // somebody closes what is open
			for i := range r.forge.pulls {
				r.forge.pulls[i].State = "closed"
			}
		case "double":
			twin := r.forge.pulls[0]
			twin.Number, twin.Head = len(r.forge.pulls)+1, twin.Head+"-again"
			r.forge.pulls = append(r.forge.pulls, twin)
		}
		if w.forge != nil {
			w.forge.bot = args[0] == "bot"
		}
		w.clients = w.forge != nil
		return true, err
	case "unanswer": // PATH: from now on the server answers as it should
		delete(w.answers, args[0])
		return true, nil
	case "program": // NAME: one that does nothing but FAIL
		return true, errors.Join(r.change("write", []string{args[0], "#!/bin/sh\n" + strings.Join(args[1:], " ") + "\n"}), os.Chmod(args[0], 0o755))
	case "sealer", "encrypter": // NAME: a program that writes what kubeseal or sops would
		return r.arrange("program", []string{args[0], map[string]string{"sealer": fakeKubeseal, "encrypter": fakeSOPS}[verb]})
	case "quantum": // a post-quantum recipient
		id, err := age.GenerateHybridIdentity()
		if err == nil {
			r.env["QUANTUM"] = id.Recipient().String()
		}
		return true, err
	case "unlabel": // FILE: encrypted anew by age alone, which says nothing of whose key it is
		return true, r.unlabel(args[0])
	case "sec1", "pkcs8": // FILE: the key in it in that form, as openssl would write it
		return true, r.formOfKey(verb, args[0])
	case "git":
		out, err := exec.Command("git", args...).CombinedOutput()
		if err != nil {
			err = fmt.Errorf("%w: %s", err, out)
		}
		return true, err
	case "branch": // a new one from main
		return r.arrange("git", []string{"checkout", "-q", "-f", "-B", args[0], "main"})
	case "commit":
		if _, err := r.arrange("git", []string{"add", "-A", "-f"}); err != nil {
			return true, err
		}
		return r.arrange("git", []string{"commit", "-qm", "change"})
	case "push": // all that there is, as one commit on main of the remote
		for _, call := range [][]string{{"add", "-A"}, {"commit", "-qm", "change"}, {"push", "-q", "origin", "HEAD"}} {
			if _, err := r.arrange("git", call); err != nil {
				return true, err
			}
		}
		return true, nil
	}
	return false, nil
}

// answer starts the server with the first answer.
func (w *hintWorld) answer(r *hintRun, args []string) (err error) {
	a := hintAnswer{kind: "application/json"}
	if a.status, err = strconv.Atoi(args[1]); err != nil {
		return err
	}
	if len(args) > 2 {
		if a.text, err = os.ReadFile(args[2]); err != nil {
			return err
		}
	}
	if len(args) > 3 {
		a.kind = args[3]
	}
	w.start(r)
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.fixing {
		delete(w.answers, args[0])
	}
	w.answers[args[0]] = append(w.answers[args[0]], a)
	return nil
}

// serve gives the answers of a path in their order; POST and PATCH are asked for
// as "POST /path". An answer of status 0 breaks the connection.
func (w *hintWorld) serve(to http.ResponseWriter, request *http.Request) {
	path := request.URL.Path
	if w.git != nil && strings.Contains(path, "/r.git/") {
		w.git.ServeHTTP(to, request)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if request.Method != http.MethodGet && request.Method != http.MethodHead {
		path = request.Method + " " + path
	}
	all, known := w.answers[path]
	if !known {
		if all, known = w.answers["*"]; known {
			path = "*"
		}
	}
	if !known && w.forge != nil {
		w.forge.serve(to, request)
		return
	}
	if !known {
		http.Error(to, "no answer to "+path, http.StatusNotFound)
		return
	}
	if len(all) > 1 {
		w.answers[path] = all[1:]
	}
	if all[0].status == 0 {
		if held, _, err := to.(http.Hijacker).Hijack(); err == nil {
			held.Close()
		}
		return
	}
	to.Header().Set("Content-Type", all[0].kind)
	if all[0].status == http.StatusTooManyRequests {
		to.Header().Set("Retry-After", "3600") // longer than anybody waits
	}
	to.WriteHeader(all[0].status)
	_, _ = to.Write(all[0].text)
}

// refusing is the disk of the world.
func (w *hintWorld) refusing(name string) error {
	if w.fault != nil && w.fault.MatchString(name) {
		return syscall.ENOSPC
	}
	return nil
}

// environ lists what the case has set.
func (r *hintRun) environ() (all []string) {
	for name, value := range r.env {
		all = append(all, name+"="+value)
	}
	return all
}

// helpers are the programs beside this one. They stay in bin, where the next run
// links only what changed.
var helpers struct {
	sync.Mutex
	built map[string]bool
}

// lockOthers waits until no other process has the lock.
func lockOthers(t *testing.T, file string) (leave func()) {
	t.Helper()
	for {
		f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		_, leave, err := disk.Lock(file)
		if err == nil {
			return leave
		}
		if !errors.Is(err, disk.ErrBusy) {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// helperProgram is the path of one of them.
func helperProgram(t *testing.T, name string) string {
	t.Helper()
	helpers.Lock()
	defer helpers.Unlock()
	top := filepath.Dir(fixturesDir)
	path := filepath.Join(top, "bin", "tests", name)
	if !helpers.built[name] {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		defer lockOthers(t, path+".lock")() // the parts of TestHints are processes
		build := exec.Command("go", "build", "-o", path, "./cmd/"+name)
		build.Dir = top
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if helpers.built == nil {
			helpers.built = map[string]bool{}
		}
		helpers.built[name] = true
	}
	return path
}

func (r *hintRun) formOfKey(form, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	key, err := pki.ParseKey(text)
	if err != nil {
		return err
	}
	block := &pem.Block{Type: "PRIVATE KEY"}
	if block.Bytes, err = x509.MarshalPKCS8PrivateKey(key.Signer()); form == "sec1" {
		block.Type = "EC PRIVATE KEY"
		block.Bytes, err = x509.MarshalECPrivateKey(key.Signer().(*ecdsa.PrivateKey))
	}
	if err != nil {
		return err
	}
	return r.change("write", []string{file, string(pem.EncodeToMemory(block))})
}

// fakeKubeseal seals nothing, in the form of kubeseal: a ciphertext is as long as
// an RSA key of 2048 bits, the text and the tag ask for.
const fakeKubeseal = `in=$(cat)
field() { printf '%s\n' "$in" | sed -n "s/^  $1: //p" | head -n 1; }
n=$((256 + 16 + $(field tls.key | base64 -d | wc -c)))
c=$( (printf '\001\000'; head -c $n /dev/zero) | base64 | tr -d '\n')
printf '{"apiVersion":"bitnami.com/v1alpha1","kind":"SealedSecret","metadata":{"name":"%s","namespace":"%s"},"spec":{"encryptedData":{"tls.key":"%s"},"template":{"metadata":{"name":"%s","namespace":"%s"}}}}' "$(field name)" "$(field namespace)" "$c" "$(field name)" "$(field namespace)"`

// fakeSOPS encrypts nothing, in the form of sops, and keeps what it was given.
const fakeSOPS = `for arg; do [ "$last" = --filename-override ] && kept=".kept-$(basename "$arg")"; last=$arg; done
case "$*" in *decrypt*) cat "$kept"; exit;; esac
tee "$kept" | sed -E 's/^(  (tls.key|key.pem): ).*/\1ENC[AES256_GCM,data:eA==,iv:\2,tag:eA==,type:str]/; s/iv:tls\.key/iv:eA==/; s/iv:key\.pem/iv:eQ==/'
printf 'sops:\n  mac: x\n  encrypted_regex: ^(tls\\.key|key\\.pem)$\n  mac_only_encrypted: true\n  version: 3.9.0\n'`

func (r *hintRun) unlabel(file string) error {
	opened, err := os.ReadFile(r.env["IDENTITY"])
	if err != nil {
		return err
	}
	ids, err := age.ParseIdentities(strings.NewReader(string(opened)))
	if err != nil {
		return err
	}
	sealed, err := os.Open(file)
	if err != nil {
		return err
	}
	defer sealed.Close()
	plain, err := age.Decrypt(armor.NewReader(sealed), ids...)
	if err != nil {
		return err
	}
	to, err := age.ParseX25519Recipient(r.env["RECIPIENT"])
	if err != nil {
		return err
	}
	var out strings.Builder
	armored := armor.NewWriter(&out)
	w, err := age.Encrypt(armored, to)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, plain)
	if err := errors.Join(err, w.Close(), armored.Close()); err != nil {
		return err
	}
	return r.change("write", []string{file, out.String()})
}
