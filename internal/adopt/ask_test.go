package adopt

import (
	"reflect"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestAsk: answers become options, and the command that is printed has them.
func TestAsk(t *testing.T) {
	for name, c := range map[string]struct {
		given   Options
		answers string
		want    Options
		printed string
	}{
		"a dump": {answers: "1\n\nage1x\n\n",
			want:    Options{Stream: "../live.yaml", KeysDir: "keys", Custody: state.Custody{Recipients: []string{"age1x"}}},
			printed: "init --stream ../live.yaml --recipient age1x --keys-dir keys"},
		"values, plain keys": {answers: "2\nv.yaml\n2.18\n\n/safe\n",
			want:    Options{Values: "v.yaml", Version: "2.18", KeysDir: "/safe", Custody: state.Custody{Kind: "file"}},
			printed: "init --from-values v.yaml --linkerd-version 2.18 --custody file --keys-dir /safe"},
		"a new mesh": {answers: " 3 \n2.19\nage1x\n\n",
			want:    Options{New: true, Version: "2.19", KeysDir: "keys", Custody: state.Custody{Recipients: []string{"age1x"}}},
			printed: "init --new --linkerd-version 2.19 --recipient age1x --keys-dir keys"},
		"flags count": {given: Options{Version: "2.17", KeysDir: "k"}, answers: "3\n",
			want: Options{New: true, Version: "2.17", KeysDir: "k"}, printed: "init --new\n"},
		"the end":         {answers: "", want: Options{}},
		"the end, midway": {answers: "1\nlive.yaml\n", want: Options{Stream: "live.yaml"}},
	} {
		o, out := c.given, &strings.Builder{}
		if !o.Lacks() {
			t.Errorf("%s: nothing is asked", name)
		}
		Ask(strings.NewReader(c.answers), out, &o)
		if !reflect.DeepEqual(o, c.want) {
			t.Errorf("%s: %+v, want %+v", name, o, c.want)
		}
		if ended := !strings.Contains(out.String(), "without questions"); ended != (c.printed == "") || !strings.Contains(out.String(), c.printed) {
			t.Errorf("%s: prints\n%s", name, out)
		}
	}
	for _, o := range []Options{{New: true}, {Verify: true}, {Stream: "-"}, {Values: "v"}, {Anchors: "a"}} {
		if o.Lacks() {
			t.Errorf("%+v lacks an input", o)
		}
	}
}
