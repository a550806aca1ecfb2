// Package sshkey has the library that reads SSH keys for age. It is linked into
// l5d-pki-render-full alone: it takes a fifth of the time in which the main program
// starts, and few key files are for SSH keys.
package sshkey

import (
	"filippo.io/age"
	"filippo.io/age/agessh"
)

// Library reads SSH keys in this process.
type Library struct{}

// Recipient reads a line of an SSH public key file.
func (Library) Recipient(line string) (age.Recipient, error) { return agessh.ParseRecipient(line) }

// Identity reads the file of an SSH private key.
func (Library) Identity(text []byte) (age.Identity, error) { return agessh.ParseIdentity(text) }
