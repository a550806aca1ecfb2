package main

import (
	"strings"
	"testing"
)

// TestRelay: failures and skips are shown, what passed is not.
func TestRelay(t *testing.T) {
	const in = `{"Action":"output","Package":"p","Test":"TestGood","Output":"    a_test.go:1: chatter\n"}
{"Action":"pass","Package":"p","Test":"TestGood"}
{"Action":"output","Package":"p","Test":"TestBad","Output":"    a_test.go:2: wrong\n"}
{"Action":"fail","Package":"p","Test":"TestBad"}
{"Action":"output","Package":"p","Test":"TestSkip","Output":"=== RUN   TestSkip\n"}
{"Action":"output","Package":"p","Test":"TestSkip","Output":"    a_test.go:3: no browser\n"}
{"Action":"skip","Package":"p","Test":"TestSkip"}
{"Action":"build-output","ImportPath":"q","Output":"q.go:1: syntax error\n"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
no event
`
	const want = `    a_test.go:2: wrong
q.go:1: syntax error
FAIL	p	0.1s
no event
!!!!!! not run: p TestSkip: no browser
`
	var out strings.Builder
	if err := relay(strings.NewReader(in), &out); err != nil || out.String() != want {
		t.Errorf("relayed (%v)\n%s", err, out.String())
	}
}
