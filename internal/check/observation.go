package check

import (
	"fmt"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// recent is how old an observation may be before its age is worth a word.
const recent = time.Hour

// observation checks what the other checks rest on.
func (r *run) observation() {
	var old []string
	if age := r.At.Sub(r.takenAt()); age > recent {
		old = []string{fmt.Sprintf("it was taken at %s, %s ago", r.o.At, age.Round(time.Minute))}
	}
	r.warn("the observation is less than one hour old", problem.CheckOld, old)
	r.warn("the observation shows every pod", problem.CheckNotSeen, r.o.NotShown())
	var others []string
	for _, namespace := range r.o.Mesh.OtherControlPlanes {
		others = append(others, fmt.Sprintf("namespace %q", namespace))
	}
	r.warn("the cluster has one control plane", problem.CheckTwoControlPlanes, others)
}

func (r *run) takenAt() time.Time {
	t, _ := time.Parse(time.RFC3339, r.o.At) // validated when it was read
	return t
}
