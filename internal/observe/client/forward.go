package client

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/util/httpstream" //nolint:staticcheck // client-go has these types
	"k8s.io/client-go/rest"
	"k8s.io/client-go/transport/spdy"
)

const (
	// forwardLimit bounds one connection to a pod, with what is said on it.
	forwardLimit = 10 * time.Second
	// forwards is how many of them are open at a time.
	forwards = 30

	forwardProtocol = "portforward.k8s.io"
	headerStream    = "streamType"
	headerPort      = "port"
	headerRequest   = "requestID"
)

// forward opens a connection to a port of a pod through the API server. It arrives
// on loopback, so no policy of the mesh is asked. The context ends it.
func (a *api) forward(ctx context.Context, namespace, pod string, port int) (net.Conn, error) {
	transport, upgrader, err := spdy.RoundTripperFor(rest.CopyConfig(a.config))
	if err != nil {
		return nil, err
	}
	at := a.base.JoinPath("/api/v1/namespaces/" + url.PathEscape(namespace) + "/pods/" + url.PathEscape(pod) + "/portforward")
	answer := &answered{Upgrader: upgrader}
	dialer := spdy.NewDialer(answer, &http.Client{Transport: transport, Timeout: forwardLimit}, http.MethodPost, at)
	var connection httpstream.Connection
	var protocol string
	_, err = patiently(ctx, func() (header http.Header, err error) {
		answer.response = nil // of the attempt before
		if connection, protocol, err = dialer.Dial(forwardProtocol); err == nil || answer.response == nil {
			return nil, err
		}
		return answer.response.Header, &failure{answer.response.StatusCode, err.Error()}
	})
	if err != nil {
		return nil, err
	}
	if protocol != forwardProtocol {
		_ = connection.Close() // it is of no use
		return nil, fmt.Errorf("the API server speaks %q", protocol)
	}
	stop := context.AfterFunc(ctx, func() { _ = connection.Close() })
	c, err := openStreams(connection, port)
	if err != nil {
		stop()
		_ = connection.Close() // it is of no use
		return nil, err
	}
	c.stop = stop
	return c, nil
}

// answered keeps the answer to a request for a connection: errors do not have its code.
type answered struct {
	spdy.Upgrader
	response *http.Response
}

// NewConnection makes the answer a connection.
func (a *answered) NewConnection(response *http.Response) (httpstream.Connection, error) {
	a.response = response
	return a.Upgrader.NewConnection(response)
}

// openStreams opens the two streams of a forwarded port: data, and errors.
func openStreams(connection httpstream.Connection, port int) (*forwarded, error) {
	headers := http.Header{}
	headers.Set(headerStream, "error")
	headers.Set(headerPort, strconv.Itoa(port))
	headers.Set(headerRequest, "0")
	failures, err := connection.CreateStream(headers)
	if err != nil {
		return nil, err
	}
	_ = failures.Close() // nothing is written to it
	headers.Set(headerStream, "data")
	data, err := connection.CreateStream(headers)
	if err != nil {
		return nil, err
	}
	c := &forwarded{Stream: data, connection: connection, ended: make(chan struct{})}
	go func() {
		text, err := io.ReadAll(io.LimitReader(failures, 4096))
		if len(text) > 0 {
			err = fmt.Errorf("%q", text)
		}
		c.why = err
		close(c.ended)
		if err != nil {
			_ = connection.Close() // wakes the reader
		}
	}()
	return c, nil
}

// forwarded is a forwarded port as a connection.
type forwarded struct {
	httpstream.Stream
	connection httpstream.Connection
	// why is what the other stream said, once it has ended: both end together, and with
	// the connection.
	why   error
	ended chan struct{}
	stop  func() bool
}

// Read reads. Where nothing listens, the reason comes on the other stream.
func (c *forwarded) Read(p []byte) (int, error) {
	n, err := c.Stream.Read(p)
	if err == nil || n > 0 {
		return n, nil
	}
	return 0, c.reason(err)
}

// Write writes. It fails where the reason came before anything was written.
func (c *forwarded) Write(p []byte) (int, error) {
	n, err := c.Stream.Write(p)
	if err != nil {
		err = c.reason(err)
	}
	return n, err
}

// reason is why the connection ended, if the other side said so.
func (c *forwarded) reason(err error) error {
	<-c.ended
	return cmp.Or(c.why, err)
}

func (c *forwarded) Close() error {
	if c.stop != nil {
		c.stop()
	}
	return c.connection.Close()
}

// The context of forward is the only limit.
func (c *forwarded) LocalAddr() net.Addr              { return ofPod{} }
func (c *forwarded) RemoteAddr() net.Addr             { return ofPod{} }
func (c *forwarded) SetDeadline(time.Time) error      { return nil }
func (c *forwarded) SetReadDeadline(time.Time) error  { return nil }
func (c *forwarded) SetWriteDeadline(time.Time) error { return nil }

// ofPod is the address of a port behind the API server.
type ofPod struct{}

func (ofPod) Network() string { return "portforward" }
func (ofPod) String() string  { return "a pod" }
