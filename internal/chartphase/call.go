package chartphase

import (
	"io"
	"os"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// maxPassword is the longest password on stdin, in bytes: registry tokens have some thousands.
const maxPassword = 64 << 10

// World is what a call uses of the program around it.
type World struct {
	Stdin  io.Reader
	Getenv func(string) string
	Files  files.Writer
	// Charts runs the program that renders charts.
	Charts func(io.Reader, io.Writer) error
}

// Call is one render of a chart, as a user asks for it.
type Call struct {
	exchange.Request
	Options
	// ValuesFiles are paths; - is stdin.
	ValuesFiles   []string
	PasswordStdin bool
	// PrintDigest: the chart's digest is wanted, and no render.
	PrintDigest bool
	// AllowRandom accepts a chart whose renders differ.
	AllowRandom bool
	// Split, if not "", is the folder that gets one file per object.
	Split string
}

// Result is what a call made.
type Result struct {
	// Out is for stdout.
	Out    []byte
	Notes  []string
	Report render.Report
}

// Run reads what the call points to, renders the chart with the values of the phase
// and post-renders it.
func (c *Call) Run(w World) (r Result, err error) {
	if err := c.read(w); err != nil {
		return r, err
	}
	if c.PrintDigest {
		c.Times = 0
		answer, err := exchange.Ask(c.Request, w.Charts)
		if err == nil {
			r.Out = []byte(answer.Digest + "\n")
		}
		return r, err
	}
	s, err := statefile.Load(c.StatePath)
	if err != nil {
		return r, err
	}
	phase, err := New(s, c.Options, &c.Request)
	if err != nil {
		return r, err
	}
	defer phase.Wipe()
	answer, err := exchange.Ask(c.Request, w.Charts)
	if err != nil {
		return r, err
	}
	out, err := phase.PostRender(answer, c.AllowRandom)
	if err != nil {
		return r, statefile.Named(err, c.StatePath, Name(c.Chart))
	}
	if c.Split == "" {
		r.Out = out.Stream
	} else if err := WriteDirectory(w.Files, c.Split, answer, out.Stream, c.mode()); err != nil {
		return r, err
	}
	r.Notes, r.Report = phase.Notes(c.Request, answer, c.StatePath), out.Report
	return r, nil
}

// mode is that of files which the call writes.
func (c *Call) mode() os.FileMode {
	if c.WithKeys {
		return 0o600
	}
	return 0o644
}

// read takes the password and the values files, and completes the request.
func (c *Call) read(w World) error {
	if c.PasswordStdin {
		password, err := files.ReadAll(w.Stdin, "stdin", maxPassword)
		if err != nil {
			return err
		}
		c.Access.Password = strings.TrimRight(string(password), "\r\n")
	}
	for _, path := range c.ValuesFiles {
		file, err := c.readValues(w, path)
		if err != nil {
			return err
		}
		c.Values.Files = append(c.Values.Files, file)
	}
	Complete(&c.Request, w.Getenv)
	return nil
}

func (c *Call) readValues(w World, path string) (exchange.File, error) {
	if path != "-" {
		data, err := files.Read(path, MaxValues)
		return exchange.File{Name: path, Data: data}, err
	}
	if c.PasswordStdin {
		return exchange.File{}, problem.ChartFlags.With("password-stdin", "values -")
	}
	data, err := files.ReadAll(w.Stdin, "stdin", MaxValues)
	return exchange.File{Name: "stdin", Data: data}, err
}
