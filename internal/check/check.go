// Package check judges an observation of a mesh as `linkerd check --proxy` judges
// a cluster: the identity sections of that command, and what they miss. It is
// pure: the observation was taken elsewhere.
package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Input is what is judged.
type Input struct {
	Observation *rotation.Observation
	// State is what the mesh should be, nil where nobody has one.
	State *state.Rotation
	// At is the instant that dates are judged by.
	At time.Time
	// Namespace limits the checks of the data plane; empty: all.
	Namespace string
}

// Result of one check, in the words of linkerd check's JSON.
type Result string

// Results.
const (
	Success Result = "success"
	Warning Result = "warning"
	Failure Result = "error"
)

// Report has the form that `linkerd check` reads from its extensions
// (linkerd2: pkg/healthcheck/healthcheck_output.go, CheckOutput).
type Report struct {
	Success    bool       `json:"success"`
	Categories []Category `json:"categories"`
}

// Category is a section of the report.
type Category struct {
	Name   string  `json:"categoryName"`
	Checks []Check `json:"checks"`
}

// Check is one line. A check that is not a success has an error text: linkerd
// takes one without it for a success.
type Check struct {
	Description string `json:"description"`
	Hint        string `json:"hint,omitempty"`
	Error       string `json:"error,omitempty"`
	Result      Result `json:"result"`
}

// maxListed is how many places one check lists.
const maxListed = 20

// run is one call: what is known, and what was found so far.
type run struct {
	Input
	o      *rotation.Observation
	certs  certificates
	report Report
}

// Of judges an observation.
func Of(in Input) Report {
	r := &run{Input: in, o: in.Observation, report: Report{Success: true}}
	foreign := in.State != nil && in.State.Metadata.Name != in.Observation.Cluster
	if foreign {
		r.State = nil
	}
	r.certs = known(r.o, r.State)
	r.section("linkerd-pki-observation")
	if foreign {
		r.warn("the state file is of the observed cluster", problem.CheckOtherState, []string{
			fmt.Sprintf("the state file is of %q, the observation of %q", in.State.Metadata.Name, r.o.Cluster)})
	}
	r.observation()
	if r.State != nil {
		r.section("linkerd-pki-rotation")
		r.rotation()
	}
	r.section("linkerd-pki-identity")
	r.identity()
	r.section("linkerd-pki-webhooks")
	r.webhooks()
	r.section("linkerd-pki-data-plane")
	r.dataPlane()
	r.report.Categories = slices.DeleteFunc(r.report.Categories, func(c Category) bool { return len(c.Checks) == 0 })
	return r.report
}

func (r *run) section(name string) {
	r.report.Categories = append(r.report.Categories, Category{Name: name})
}

func (r *run) add(c Check) {
	last := &r.report.Categories[len(r.report.Categories)-1]
	last.Checks = append(last.Checks, c)
	r.report.Success = r.report.Success && c.Result != Failure
}

// fail adds a check that fails if something was found.
func (r *run) fail(description string, says problem.Sentence, found []string) {
	r.judge(Failure, description, says, found, "")
}

// warn adds a check that warns if something was found.
func (r *run) warn(description string, says problem.Sentence, found []string) {
	r.judge(Warning, description, says, found, "")
}

// judge adds a check; expected says why what was found is as it should be now.
func (r *run) judge(result Result, description string, says problem.Sentence, found []string, expected string) {
	if len(found) == 0 {
		r.add(Check{Description: description, Result: Success})
		return
	}
	text := says.Text
	if expected != "" {
		text += " (expected: " + expected + ")"
	}
	r.add(Check{
		Description: description, Result: result, Error: text + ":" + listed(found),
		Hint: fmt.Sprintf("`l5d-pki-render explain %s`", says.Code),
	})
}

// listed is a list below a sentence, as linkerd check writes it.
func listed(found []string) string {
	if more := len(found) - maxListed; more > 0 {
		found = append(slices.Clone(found[:maxListed]), fmt.Sprintf("%d more", more))
	}
	var text strings.Builder
	for _, one := range found {
		text.WriteString("\n\t* " + strings.ReplaceAll(one, "\n", `\n`))
	}
	return text.String()
}
