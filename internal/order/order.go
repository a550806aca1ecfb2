// Package order sorts lists by a comparison.
//
// slices.SortFunc is compiled anew for every type of element, 20 kB each time. Here
// all lists are sorted by one loop of package sort, which takes two to three times as
// long: what is sorted millions of times (the model of pkg/rotation) uses package slices.
package order

import "sort"

// By sorts a list; elements that compare as equal keep their order.
func By[T any](list []T, compare func(a, b T) int) {
	sort.SliceStable(list, func(i, j int) bool { return compare(list[i], list[j]) < 0 })
}
