package terminal

import (
	"errors"
	"slices"
	"strings"
)

// Colors are the values of --color, as a flag.
func Colors(value *string) *Choice {
	*value = Auto
	return &Choice{value, []string{Auto, Always, Never}}
}

// Choice is a flag with a closed set of values.
type Choice struct {
	value *string
	of    []string
}

// String, Type and Set make it a value of a flag.
func (c *Choice) String() string {
	if c == nil || c.value == nil {
		return ""
	}
	return *c.value
}

// Type is what help calls the value.
func (c *Choice) Type() string { return "string" }

// Set takes one of the choices.
func (c *Choice) Set(value string) error {
	if !slices.Contains(c.of, value) {
		return errors.New("want " + strings.Join(c.of, ", "))
	}
	*c.value = value
	return nil
}
