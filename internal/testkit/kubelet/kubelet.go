// Package kubelet plays what runs in a cluster, for tests of what reads clusters:
// forwarded ports, identity, and servers that present a chain.
package kubelet

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/httpstream"      //nolint:staticcheck // client-go has these types
	"k8s.io/apimachinery/pkg/util/httpstream/spdy" //nolint:staticcheck // client-go has these types
)

// Forward answers a request for forwarded ports as a kubelet does; dial connects to
// a port of the pod.
func Forward(w http.ResponseWriter, r *http.Request, dial func(port string) (net.Conn, error)) {
	if _, err := httpstream.Handshake(r, w, []string{"portforward.k8s.io"}); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	streams := make(chan httpstream.Stream, 2)
	connection := spdy.NewResponseUpgrader().UpgradeResponse(w, r, func(s httpstream.Stream, replied <-chan struct{}) error {
		go func() {
			<-replied // nothing may be written before
			streams <- s
		}()
		return nil
	})
	if connection == nil {
		return
	}
	defer connection.Close()
	pair := map[string]httpstream.Stream{}
	for len(pair) < 2 {
		select {
		case <-connection.CloseChan():
			return
		case s := <-streams:
			pair[s.Headers().Get("streamType")] = s
		}
	}
	join(pair["data"], pair["error"], dial)
	<-connection.CloseChan()
}

// join copies both ways, and says on the other stream why it cannot.
func join(data, failures httpstream.Stream, dial func(port string) (net.Conn, error)) {
	defer data.Close()
	defer failures.Close()
	to, err := dial(data.Headers().Get("port"))
	if err != nil {
		_, _ = io.WriteString(failures, "error forwarding port: "+err.Error()) // the other side may be gone
		return
	}
	defer to.Close()
	var wait sync.WaitGroup
	wait.Go(func() { _, _ = io.Copy(to, data); _ = to.Close() })
	_, _ = io.Copy(data, to) // either side may end first
	_ = data.Reset()
	wait.Wait()
}

// CA is an authority with its key.
type CA struct {
	Certificate *x509.Certificate
	Key         *ecdsa.PrivateKey
}

// NewCA makes one: below a parent, or by itself.
func NewCA(t testing.TB, name string, parent *CA) *CA {
	t.Helper()
	ca, err := MakeCA(name, parent)
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

// MakeCA is NewCA outside of a test.
func MakeCA(name string, parent *CA) (*CA, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	ca := &CA{Key: key}
	if parent == nil {
		parent = ca
	}
	ca.Certificate, err = parent.sign(&x509.Certificate{Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign}, &key.PublicKey, time.Now().Add(240*time.Hour))
	return ca, err
}

// Cross is the certificate of another authority's key, signed by this one.
func (c *CA) Cross(t testing.TB, other *CA) *x509.Certificate {
	t.Helper()
	certificate, err := c.sign(&x509.Certificate{Subject: other.Certificate.Subject, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign}, &other.Key.PublicKey, other.Certificate.NotAfter)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func (c *CA) sign(template *x509.Certificate, key *ecdsa.PublicKey, end time.Time) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return nil, err
	}
	template.SerialNumber, template.NotBefore, template.NotAfter = serial, time.Now().Add(-time.Hour), end
	parent := c.Certificate
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key, c.Key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// Leaf is a server's certificate for a name, with what is presented behind it.
func (c *CA) Leaf(t testing.TB, name string, end time.Time, chain ...*x509.Certificate) tls.Certificate {
	t.Helper()
	leaf, err := c.NewLeaf(name, end, chain...)
	if err != nil {
		t.Fatal(err)
	}
	return leaf
}

// NewLeaf is Leaf outside of a test.
func (c *CA) NewLeaf(name string, end time.Time, chain ...*x509.Certificate) (all tls.Certificate, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return all, err
	}
	leaf, err := c.sign(&x509.Certificate{DNSNames: []string{name}}, &key.PublicKey, end)
	if err != nil {
		return all, err
	}
	all = tls.Certificate{PrivateKey: key, Certificate: [][]byte{leaf.Raw}}
	for _, certificate := range chain {
		all.Certificate = append(all.Certificate, certificate.Raw)
	}
	return all, nil
}

// Serve presents a certificate to everybody who connects, and gives its address.
func Serve(t testing.TB, config *tls.Config) string {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer connection.Close()
				_, _ = io.Copy(io.Discard, connection) // makes the handshake, and waits for the other side
			}()
		}
	}()
	return listener.Addr().String()
}

// Identity answers Certify on HTTP/2 without TLS as linkerd-identity does.
type Identity struct {
	Issuer *CA
	// Chain is what it gives with each leaf.
	Chain []*x509.Certificate
	// Accepts reports whether it takes a token.
	Accepts func(token string) bool
	// Names are those that it signed for.
	Names []string
	mutex sync.Mutex
}

// Start serves, and gives the address.
func (i *Identity) Start(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{Handler: i, Protocols: protocols}
	t.Cleanup(func() { _ = server.Close() })
	go func() { _ = server.Serve(listener) }() // it ends with the test
	return listener.Addr().String()
}

func (i *Identity) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	body, _ := io.ReadAll(r.Body) // a request that is cut has no fields
	fields := map[uint64]string{}
	for rest := body[min(5, len(body)):]; len(rest) > 0; {
		tag, n := binary.Uvarint(rest)
		size, m := binary.Uvarint(rest[n:])
		fields[tag>>3] = string(rest[n+m : n+m+int(size)])
		rest = rest[n+m+int(size):]
	}
	w.Header().Set("Content-Type", "application/grpc")
	w.Header().Set("Trailer", "Grpc-Status, Grpc-Message")
	refuse := func(code, why string) {
		w.Header().Set("Grpc-Status", code)
		w.Header().Set("Grpc-Message", why)
	}
	csr, err := x509.ParseCertificateRequest([]byte(fields[3]))
	switch {
	case !strings.HasSuffix(r.URL.Path, "Identity/Certify"):
		refuse("12", "unknown method")
		return
	case !i.Accepts(fields[2]):
		refuse("7", "token is not authenticated")
		return
	case err != nil || len(csr.DNSNames) != 1 || csr.DNSNames[0] != fields[1] || csr.CheckSignature() != nil:
		refuse("9", "CSR does not match the identity")
		return
	}
	i.Names = append(i.Names, fields[1])
	key, _ := csr.PublicKey.(*ecdsa.PublicKey)
	leaf, err := i.Issuer.sign(&x509.Certificate{DNSNames: csr.DNSNames}, key, time.Now().Add(24*time.Hour))
	if err != nil {
		refuse("13", err.Error())
		return
	}
	message := appendField(nil, 1, leaf.Raw)
	for _, certificate := range i.Chain {
		message = appendField(message, 2, certificate.Raw)
	}
	message = appendField(message, 3, []byte{8, 1}) // valid_until: a second after 1970
	_, _ = w.Write(append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message))), message...))
	refuse("0", "")
}

func appendField(message []byte, number uint64, value []byte) []byte {
	message = binary.AppendUvarint(message, number<<3|2)
	return append(binary.AppendUvarint(message, uint64(len(value))), value...)
}

// WithKey is an authority whose key is at hand.
func WithKey(certificate *x509.Certificate, key any) (*CA, error) {
	own, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, errors.New("not a key of an elliptic curve")
	}
	return &CA{certificate, own}, nil
}
