package client

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/l5d-pki/l5d-pki-render/internal/observe"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
)

// certify has each identity replica sign a leaf for a key that is thrown away: only
// the chain in the answer tells whether a cross certificate is behind the issuer.
func (c *collector) certify(ctx context.Context) {
	token, err := c.token(ctx)
	if err != nil {
		c.gap("the chains that identity signs with", fmt.Errorf("%w; the service account for it is made by `l5d-pki-render observe --rbac --certify | kubectl apply -f -`", err))
		return
	}
	name := linkerd.IdentityOf(observe.Account, c.request.Namespace, c.request.Namespace, observe.TrustDomain(c.r.Config))
	var mutex sync.Mutex
	some(forwards, c.r.Identities, func(p observe.Pod) {
		chain, err := c.certifyBy(ctx, p, name, token)
		mutex.Lock()
		defer mutex.Unlock()
		if err != nil {
			c.gap("the chain of identity replica "+p.Name, err)
			return
		}
		c.r.Certified[p.UID] = chain
	})
	c.say("%d of %d identity replicas signed a leaf", len(c.r.Certified), len(c.r.Identities))
}

// token asks for a token of the service account that observe --rbac makes.
func (c *collector) token(ctx context.Context) (string, error) {
	request, err := json.Marshal(map[string]any{
		"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
		"spec": map[string]any{"audiences": []string{linkerd.IdentityAudience}, "expirationSeconds": 600},
	})
	if err != nil {
		return "", err
	}
	var answer struct{ Status struct{ Token string } }
	if err := c.api.create(ctx, c.within("serviceaccounts/"+observe.Account+"/token"), nil, request, &answer); err != nil {
		return "", err
	}
	if answer.Status.Token == "" {
		return "", errors.New("the API server gives no token")
	}
	return answer.Status.Token, nil
}

func (c *collector) certifyBy(ctx context.Context, p observe.Pod, name, token string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, forwardLimit)
	defer cancel()
	connection, err := c.api.forward(ctx, p.Namespace, p.Name, linkerd.IdentityPort)
	if err != nil {
		return "", err
	}
	defer connection.Close()
	return certifyOn(ctx, connection, name, token)
}

// certifyOn makes the call on a connection, and gives leaf and chain as PEM.
func certifyOn(ctx context.Context, connection net.Conn, name, token string) (string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: []string{name}}, key)
	if err != nil {
		return "", err
	}
	var message []byte // io.linkerd.proxy.identity.CertifyRequest
	for number, field := range []string{name, token, string(csr)} {
		message = binary.AppendUvarint(message, uint64(number+1)<<3|2)
		message = binary.AppendUvarint(message, uint64(len(field)))
		message = append(message, field...)
	}
	answer, err := unary(ctx, connection, linkerd.CertifyPath, message)
	if err != nil {
		return "", err
	}
	leaf, chain, err := certifyAnswer(answer)
	if err != nil {
		return "", err
	}
	parsed, err := x509.ParseCertificate(leaf)
	if err != nil {
		return "", err
	}
	if !key.PublicKey.Equal(parsed.PublicKey) {
		return "", errors.New("the leaf in the answer is for another key")
	}
	var text strings.Builder
	for _, der := range append([][]byte{leaf}, chain...) {
		if err := pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: der}); err != nil {
			return "", err
		}
	}
	return text.String(), nil
}

// unary is one call of gRPC over HTTP/2 without TLS.
func unary(ctx context.Context, connection net.Conn, path string, message []byte) ([]byte, error) {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	dialed := func(context.Context, string, string) (net.Conn, error) { return connection, nil }
	transport := &http.Transport{Protocols: protocols, DialContext: dialed}
	defer transport.CloseIdleConnections()
	framed := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message)))
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://identity"+path, bytes.NewReader(append(framed, message...)))
	if err != nil {
		return nil, err
	}
	request.Header = http.Header{"Content-Type": {"application/grpc"}, "Te": {"trailers"}}
	response, err := transport.RoundTrip(request)
	if err != nil {
		if ctx.Err() != nil {
			return nil, errSlow
		}
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxCertify))
	if err != nil {
		return nil, err
	}
	status, said := response.Trailer.Get("Grpc-Status"), response.Trailer.Get("Grpc-Message")
	if status == "" { // an answer without a body has it in front
		status, said = response.Header.Get("Grpc-Status"), response.Header.Get("Grpc-Message")
	}
	switch {
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("identity answers %s", response.Status)
	case status != "0":
		return nil, fmt.Errorf("identity refuses to sign: code %q, %q", status, said)
	case len(body) < 5 || body[0] != 0 || int(binary.BigEndian.Uint32(body[1:5])) != len(body)-5:
		return nil, errors.New("identity's answer is no message of gRPC")
	}
	return body[5:], nil
}

// maxCertify bounds an answer of identity.
const maxCertify = 1 << 20

// certifyAnswer reads io.linkerd.proxy.identity.CertifyResponse: the leaf is field 1,
// and the certificates between it and the anchor are field 2.
func certifyAnswer(message []byte) (leaf []byte, chain [][]byte, err error) {
	bad := errors.New("identity's answer cannot be read")
	for rest := message; len(rest) > 0; {
		tag, n := binary.Uvarint(rest)
		if n <= 0 {
			return nil, nil, bad
		}
		rest = rest[n:]
		if tag&7 != 2 {
			return nil, nil, bad
		}
		size, n := binary.Uvarint(rest)
		if n <= 0 || size > uint64(len(rest)-n) {
			return nil, nil, bad
		}
		value := rest[n : n+int(size)]
		rest = rest[n+int(size):]
		switch tag >> 3 {
		case 1:
			leaf = value
		case 2:
			chain = append(chain, value)
		}
	}
	if leaf == nil || chain == nil {
		return nil, nil, bad
	}
	return leaf, chain, nil
}
