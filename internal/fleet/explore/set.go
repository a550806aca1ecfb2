package explore

import (
	"math/bits"
	"sync/atomic"
)

// set is a flat hash set of words with open addressing. It only grows, it is safe for
// concurrent use, and zero is not a word.
type set struct {
	slots []atomic.Uint64
	shift int
	count atomic.Int64
}

// newSet has room for n words and what workers add before they see that it is full, with
// a third more of slots at least.
func newSet(n int) *set {
	n = max(n, 1<<16)
	size := bits.Len(uint(n + n/3 - 1))
	return &set{slots: make([]atomic.Uint64, 1<<size), shift: 64 - size}
}

// touch reads where the words will be looked for, all at once, since memory is slow one
// by one.
func (s *set) touch(words []uint64) (sum uint64) {
	for _, word := range words {
		sum += s.slots[word*spread>>s.shift].Load()
	}
	return sum
}

// spread is an odd number near 2^64 over the golden ratio: multiplying by it spreads words.
const spread = 0x9E3779B97F4A7C15

// add reports whether the word is new.
func (s *set) add(word uint64) bool {
	mask := uint64(len(s.slots) - 1)
	for i := word * spread >> s.shift; ; i = (i + 1) & mask {
		slot := &s.slots[i]
		old := slot.Load()
		if old == 0 && slot.CompareAndSwap(0, word) {
			return true
		}
		if old == 0 {
			old = slot.Load()
		}
		if old == word {
			return false
		}
	}
}
