package client

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"net"
	"net/url"
	"strings"
	"sync"

	"github.com/l5d-pki/l5d-pki-render/internal/observe"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
)

// dialProxies asks proxies for the chain that they present.
func (c *collector) dialProxies(ctx context.Context) {
	r := c.r
	r.At = now()
	chosen := observe.ToDial(r, c.dial)
	place := map[string]int{}
	for i, p := range c.r.Pods {
		place[p.UID] = i
	}
	var mutex sync.Mutex
	done := 0
	some(forwards, chosen, func(p observe.Pod) {
		p, why := c.wholePod(ctx, p)
		presented := ""
		if why == nil && p.Identity != "" {
			presented, why = c.present(ctx, p, linkerd.ProxyAdminPort, p.Identity)
		}
		mutex.Lock()
		defer mutex.Unlock()
		switch {
		case why != nil:
			c.gap("the chain of "+p.Namespace+"/"+p.Name, why)
		case presented != "":
			c.r.Pods[place[p.UID]], c.r.Presented[p.UID] = p, presented
		}
		if done++; done%100 == 0 {
			c.say("dialed %d of %d proxies", done, len(chosen))
		}
	})
	if len(chosen) > 0 {
		c.say("dialed %d proxies, %d presented a chain", len(chosen), len(c.r.Presented))
	}
}

// wholePod reads a pod as a whole, if it is still the same one.
func (c *collector) wholePod(ctx context.Context, p observe.Pod) (observe.Pod, error) {
	if p.Whole {
		return p, nil
	}
	found, err := c.named(ctx, p)
	if err != nil {
		return p, err
	}
	for _, whole := range found {
		if whole.UID == p.UID {
			return whole, nil
		}
	}
	return p, errGone
}

// dialHooks asks the pods of webhooks for the certificate that they serve: always by
// a fresh connection, since the API server's own may be older.
func (c *collector) dialHooks(ctx context.Context) {
	type target struct {
		observe.Pod
		webhook linkerd.Webhook
	}
	var targets []target
	for _, w := range linkerd.Webhooks {
		if _, there := c.r.Hooks[w.Key]; !there {
			continue
		}
		for _, p := range c.r.Pods {
			if !p.Stopped && observe.Answers(p, w) {
				targets = append(targets, target{p, w})
			}
		}
	}
	var mutex sync.Mutex
	some(forwards, targets, func(t target) {
		presented, why := c.present(ctx, t.Pod, linkerd.WebhookPort(t.webhook.Key), t.webhook.Service+"."+t.Namespace+".svc")
		mutex.Lock()
		defer mutex.Unlock()
		if why != nil {
			c.gap("the certificate that webhook "+t.webhook.Key+" serves in "+t.Name, why)
			return
		}
		if c.r.ServedBy[t.webhook.Key] == nil {
			c.r.ServedBy[t.webhook.Key] = map[string]string{}
		}
		c.r.ServedBy[t.webhook.Key][t.UID] = presented
	})
}

// present is what a port of a pod presents for a name, as PEM.
func (c *collector) present(ctx context.Context, p observe.Pod, port int, name string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, forwardLimit)
	defer cancel()
	connection, err := c.api.forward(ctx, p.Namespace, p.Name, port)
	if err != nil {
		return "", err
	}
	return presentedOn(ctx, connection, name)
}

// presentedOn reads the certificates of a TLS server, and closes the connection.
func presentedOn(ctx context.Context, connection net.Conn, name string) (string, error) {
	defer connection.Close()
	client := tls.Client(connection, &tls.Config{
		ServerName: name,
		// Nothing is sent, so nobody has to be trusted: what is presented is the finding.
		// The server proves that it has the key, and internal/observe looks at the name.
		InsecureSkipVerify: true,
		MinVersion:         tls.VersionTLS12,
	})
	if err := client.HandshakeContext(ctx); err != nil {
		if ctx.Err() != nil {
			return "", errSlow
		}
		return "", err
	}
	var text strings.Builder
	for _, certificate := range client.ConnectionState().PeerCertificates {
		if err := pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}); err != nil {
			return "", err
		}
	}
	return text.String(), nil
}

// named lists the one pod of that name as a whole: that needs no other right than
// the list of all.
func (c *collector) named(ctx context.Context, p observe.Pod) (found []observe.Pod, err error) {
	err = c.api.pods(ctx, "/api/v1/namespaces/"+url.PathEscape(p.Namespace)+"/pods", c.selector("metadata.name="+p.Name), wholeObjects,
		func(page []observe.PodObject) {
			found = append(found, c.meshed(page, true)...)
		}, func() { found = nil })
	return found, err
}
