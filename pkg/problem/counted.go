package problem

import "fmt"

// Counted is a number of things in words: "1 pod", "2 pods".
func Counted(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}
