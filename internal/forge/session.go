package forge

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"time"
)

// grace is how long a program may take to end once it gets no more requests.
const grace = 2 * time.Second

// session is one run of the program, which answers any number of requests.
type session struct {
	requests *os.File
	replies  *io.PipeReader
	decoder  *json.Decoder
	cancel   context.CancelFunc
	// ended is closed when the program has ended; err is why, then.
	ended chan struct{}
	err   error
}

// begin starts the program. It ends with the context, at the latest.
func begin(ctx context.Context, call Call) (*session, error) {
	in, requests, err := os.Pipe() // a file: the program gets it as it is
	if err != nil {
		return nil, err
	}
	replies, out := io.Pipe()
	s := &session{requests: requests, replies: replies, decoder: json.NewDecoder(replies), ended: make(chan struct{})}
	ctx, s.cancel = context.WithCancel(ctx)
	go func() {
		s.err = call(ctx, in, out)
		_ = in.Close()
		_ = out.Close()
		close(s.ended)
	}()
	return s, nil
}

// roundTrip sends a request and copies the reply. Without a reply the session is
// over, and the error says why the program ended.
func (s *session) roundTrip(in io.Reader, out io.Writer) error {
	// What cannot be written shows in the reply: there is none.
	_, _ = io.Copy(s.requests, io.MultiReader(in, strings.NewReader("\n")))
	var reply json.RawMessage
	err := s.decoder.Decode(&reply)
	if err == nil {
		_, err = out.Write(reply)
		return err
	}
	s.close()
	if nonsense := new(json.SyntaxError); errors.As(err, &nonsense) {
		return nil // the caller says that this is no reply
	}
	return s.err
}

// over reports whether the program has ended.
func (s *session) over() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// close ends the program, and waits for it.
func (s *session) close() {
	_ = s.requests.Close()
	_ = s.replies.Close()
	select {
	case <-s.ended:
	case <-time.After(grace):
	}
	s.cancel()
	<-s.ended
}
