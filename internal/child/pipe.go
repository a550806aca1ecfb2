package child

import (
	"errors"
	"io"
	"os"
	"time"
)

// drain is how long a pipe is read without anything coming after the program has
// ended: a process that it left behind may hold the pipe open.
const drain = time.Second

// pipe carries what a program writes to a writer. Unlike the pipes of os/exec it
// loses nothing where the writer is slow and ends where a process lives on.
type pipe struct {
	read, write *os.File
	drain       time.Duration
	done        chan error
}

func newPipe() (*pipe, error) {
	read, write, err := os.Pipe()
	return &pipe{read: read, write: write, drain: drain, done: make(chan error, 1)}, err
}

// carry copies to a writer, once the program has been started.
func (p *pipe) carry(to io.Writer) {
	_ = p.write.Close()
	go func() {
		err := p.copy(to)
		_ = p.read.Close() // the program is told by its next write
		p.done <- err
	}()
}

// copy reads to the end of the pipe, or until nothing comes any more from what an
// ended program left behind. A deadline passes for the first time when [pipe.finish]
// sets it; those after it are set here.
func (p *pipe) copy(to io.Writer) error {
	buffer := make([]byte, 64<<10)
	for ended := false; ; {
		n, err := p.read.Read(buffer)
		late := errors.Is(err, os.ErrDeadlineExceeded)
		if late && ended {
			// A reader that got no processor time is late as well: what is there counts.
			if n, err = p.rest(buffer); n == 0 {
				return err
			}
		}
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && !late:
			return err
		}
		if ended = ended || late; ended {
			_ = p.read.SetReadDeadline(time.Now().Add(p.drain))
		}
	}
}

// rest reads what is in the pipe, without waiting for more.
func (p *pipe) rest(buffer []byte) (n int, err error) {
	_ = p.read.SetReadDeadline(time.Time{}) // one that has passed forbids every read
	raw, err := p.read.SyscallConn()
	if err != nil {
		return 0, err
	}
	_ = raw.Read(func(fd uintptr) bool {
		n, _ = readNow(fd, buffer) // below zero: there is nothing
		return true
	})
	return max(n, 0), nil
}

// finish waits for the rest. The program has ended.
func (p *pipe) finish() error {
	_ = p.read.SetReadDeadline(time.Now()) // wakes a read that began before
	return <-p.done
}

// drop closes a pipe of a program that did not start.
func (p *pipe) drop() { _, _ = p.read.Close(), p.write.Close() }
