package child

// half is how much of each end of stderr is kept, in bytes.
const half = 32 << 10

// excerpt keeps the first and the last bytes that are written to it.
type excerpt struct {
	head, tail []byte
	cut        bool
}

func (e *excerpt) Write(p []byte) (int, error) {
	n := len(p)
	if room := half - len(e.head); room > 0 {
		room = min(room, len(p))
		e.head, p = append(e.head, p[:room]...), p[room:]
	}
	e.tail = append(e.tail, p...)
	if len(e.tail) > half {
		e.cut = true
		e.tail = append(e.tail[:0], e.tail[len(e.tail)-half:]...)
	}
	return n, nil
}

func (e *excerpt) String() string {
	if e.cut {
		return string(e.head) + "\n[…]\n" + string(e.tail)
	}
	return string(e.head) + string(e.tail)
}
