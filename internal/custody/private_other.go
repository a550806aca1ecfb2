//go:build !unix

package custody

// private takes what the system's own directories for a user are.
func private(...string) bool { return true }
