package caller

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"time"
)

// TestSeveralEnds: a program that does not keep its limit is ended, the others are asked
// all the same, and no more of them at once than may be.
func TestSeveralEnds(t *testing.T) {
	defer func(was time.Duration) { grace = was }(grace)
	grace = 0
	var now, most, asked atomic.Int32
	stuck := func(ctx context.Context) Program {
		return func(io.Reader, io.Writer) error {
			defer now.Add(-1)
			n := now.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			if asked.Add(1)%2 == 0 {
				return errors.New("no such program")
			}
			<-ctx.Done()
			return ctx.Err()
		}
	}
	unknown := map[int]string{}
	Several(Options{Limit: 10 * time.Millisecond}, 3, make([]Target, 9), stuck, func(i int, s Seen) {
		if s.Observation != nil {
			t.Errorf("%d: %+v", i, s)
		}
		unknown[i] = s.Unknown
	})
	if len(unknown) != 9 || asked.Load() != 9 || most.Load() > 3 {
		t.Errorf("%d known, %d asked, %d at once", len(unknown), asked.Load(), most.Load())
	}
	late := 0
	for i, why := range unknown {
		if why == "" {
			t.Errorf("%d: no reason", i)
		}
		if why == "the cluster was not read within 10ms" {
			late++
		}
	}
	if late < 5 { // those that fail at once may be late, too, on a busy machine
		t.Errorf("%d were late: %v", late, unknown)
	}
}
