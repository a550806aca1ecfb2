package outputs

import (
	"bytes"

	"github.com/l5d-pki/l5d-pki-render/internal/component"
	"github.com/l5d-pki/l5d-pki-render/internal/overlay"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// component writes a Component as the command component does. Its own first line
// gives way to that of owned files.
func (c *Job) component(output int) (produced, error) {
	o := c.State.Spec.Outputs[output]
	var text []byte
	var err error
	if o.For != "" {
		directory, _, wrong := c.Place.resolve(o.For)
		if wrong != nil {
			return nil, problem.Of(wrong).Under(fieldOf(output) + ".for").Err()
		}
		text, err = component.ByName(c.State, component.Source{
			Path: directory, Restrictor: "root", Inject: map[string]string{}, Within: c.Place.Root, Build: c.Build, Stdin: c.Stdin, Notes: c.Notes,
		})
	} else {
		text, err = component.BySelector(c.State, o.Select)
	}
	return produced{o.Path: bytes.TrimPrefix(text, []byte(overlay.Header))}, err
}
