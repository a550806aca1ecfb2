package child

import (
	"errors"
	"io"
	"os"
	"sync/atomic"
	"time"
)

// drain is how long a pipe is read without anything coming after the program has
// ended: a process that it left behind may hold the pipe open.
const drain = time.Second

// pipe carries what a program writes to a writer. Unlike the pipes of os/exec it
// loses nothing where the writer is slow and ends where a process lives on.
type pipe struct {
	read, write *os.File
	ended       atomic.Bool // the program has
	done        chan error
}

func newPipe() (*pipe, error) {
	read, write, err := os.Pipe()
	return &pipe{read: read, write: write, done: make(chan error, 1)}, err
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

func (p *pipe) copy(to io.Writer) error {
	buffer := make([]byte, 64<<10)
	for {
		ended := p.ended.Load()
		if ended {
			_ = p.read.SetReadDeadline(time.Now().Add(drain))
		}
		n, err := p.read.Read(buffer)
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, os.ErrDeadlineExceeded) && ended:
			return nil
		case err != nil && !errors.Is(err, os.ErrDeadlineExceeded):
			return err
		}
	}
}

// finish waits for the rest. The program has ended.
func (p *pipe) finish() error {
	p.ended.Store(true)
	_ = p.read.SetReadDeadline(time.Now()) // wakes a read that began before
	return <-p.done
}

// drop closes a pipe of a program that did not start.
func (p *pipe) drop() { _, _ = p.read.Close(), p.write.Close() }
