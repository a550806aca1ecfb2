package state

// LastEntry is the log entry of the move that led to the state; ok is false where
// no move did.
func (s *Rotation) LastEntry() (last LogEntry, ok bool) {
	if len(s.Status.Log) == 0 {
		return LogEntry{}, false
	}
	return s.Status.Log[len(s.Status.Log)-1], true
}
