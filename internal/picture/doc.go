// Package picture draws the validity of certificates, and the moves of a
// rotation, on a time axis.
//
// In: a [Timeline] (names, validity periods and instants, all given by the
// caller) or the [Task] list of a plan. Out: text for a terminal, SVG, or
// a Mermaid gantt. Equal input gives equal bytes: nothing here reads a clock.
//
//	t := picture.Timeline{Title: "prod", Now: at, Bars: bars}
//	fmt.Print(t.Text(100, true))
//
// Text and SVG of nothing say so. Names are cleaned of control characters before they are drawn.
package picture
