package cli

import (
	"bytes"

	"github.com/l5d-pki/l5d-pki-render/internal/component"
	"github.com/l5d-pki/l5d-pki-render/internal/overlay"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// componentOutput writes a Component as the command component does. Its own
// first line gives way to that of owned files.
func (c *syncCall) componentOutput(output int) (outputBytes, error) {
	o := c.state.Spec.Outputs[output]
	var text []byte
	var err error
	if o.For != "" {
		folder, _, wrong := c.place.resolve(o.For)
		if wrong != nil {
			return nil, problem.Of(wrong).Under(outputPath(output) + ".for").Err()
		}
		text, err = c.namingComponent(c.state, &componentFlags{source: folder, restrictor: "root", within: c.place.root})
	} else {
		text, err = component.BySelector(c.state, o.Select)
	}
	return outputBytes{o.Path: bytes.TrimPrefix(text, []byte(overlay.Header))}, err
}
