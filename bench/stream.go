//go:build unix

package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// controlPlane is the stream of one control plane, as Helm renders it.
const controlPlane = "fixtures/control-plane-2-13/input.yaml"

// filler is a document that has nothing to do with Linkerd: about 650 bytes, as
// in the average application. It is not meshed, so nothing in it may change.
const filler = `---
# Source: shop/charts/app-%[1]d/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-%[1]d
  namespace: shop-%[2]d
  labels:
    app.kubernetes.io/name: app-%[1]d
    app.kubernetes.io/managed-by: Helm
spec:
  replicas: 2
  selector:
    matchLabels:
      app.kubernetes.io/name: app-%[1]d
  template:
    metadata:
      labels:
        app.kubernetes.io/name: app-%[1]d
    spec:
      containers:
      - name: app
        image: "images.example/shop/app:1.%[1]d"  # pinned
        ports:
        - {containerPort: 8080, name: http}
        env:
        - name: GREETING
          value: 'it''s %[1]d'
`

// generate writes a stream of n documents with the control plane in its middle.
func generate(path string, n int) error {
	control, err := os.ReadFile(controlPlane)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	rest := n - strings.Count(string(control), "\nkind: ")
	for i := range max(rest, 0) {
		if i == rest/2 {
			w.Write(control)
		}
		fmt.Fprintf(w, filler, i, i%50)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}
