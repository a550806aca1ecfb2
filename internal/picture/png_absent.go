//go:build !png

package picture

// PNG is in builds with the png tag only: its fonts come from
// golang.org/x/image, which the module does not require otherwise.
func (t Timeline) PNG() ([]byte, error) {
	if len(t.Bars) == 0 {
		return nil, ErrNoBars
	}
	return nil, ErrNoPNG
}
