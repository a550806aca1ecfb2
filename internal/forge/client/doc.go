// Package client calls GitHub, GitLab, and Gitea or Forgejo, through their own
// Go libraries, each in one file (github.go, gitlab.go, gitea.go). What all have
// in common stands once:
//
//   - transport.go: TLS, caps, the token, and every refusal as one kind of error;
//   - retry.go: what is repeated, and how long rate limits are waited out;
//   - work.go: look, write what is lacking, look again.
//
// A call that changes something is never repeated blindly. When its answer is
// lost, the forge is asked what there is, and only what lacks is done.
//
// These libraries are large, so the program l5d-pki-render-forge links this
// package, and nothing else does (docs/forges.md has the measurements).
package client
