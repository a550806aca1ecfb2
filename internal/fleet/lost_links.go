package fleet

// Lost are the links between members of two versions of a fleet that only the first
// has, by name. Links of the file replace those of the states, so a list that a
// change brings may take some away.
func Lost(was, is *File, before, after []Cluster) (lost [][2]string) {
	number, _ := numbers(after)
	kept := map[Edge]bool{}
	for _, e := range Links(is, after) {
		kept[e] = true
	}
	for _, e := range Links(was, before) {
		a, hasA := number[before[e.A].Name]
		b, hasB := number[before[e.B].Name]
		if now, _ := edge(a, b); hasA && hasB && !kept[now] {
			lost = append(lost, [2]string{before[e.A].Name, before[e.B].Name})
		}
	}
	return lost
}
