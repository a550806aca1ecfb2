// Package pulls holds tests of `pr` against a real Gitea, which it starts on
// loopback: a whole rotation as pull requests, everything that goes wrong on the
// way, and a picture of a page in a real browser (docs/pull-requests.md).
package pulls
