package cli

import (
	"encoding/json"
	"strconv"

	"github.com/spf13/cobra"
)

// announcement is one parameter as Argo CD's interface shows it.
type announcement struct {
	Name           string   `json:"name"`
	Title          string   `json:"title"`
	Tooltip        string   `json:"tooltip"`
	ItemType       string   `json:"itemType,omitempty"`
	CollectionType string   `json:"collectionType"`
	String         string   `json:"string,omitempty"`
	Array          []string `json:"array,omitempty"`
}

// cmpParameters announces the parameters to Argo CD's interface.
func (a *app) cmpParameters() *cobra.Command {
	return &cobra.Command{
		Use:   "parameters",
		Short: "print the plugin's parameters for Argo CD's interface (JSON)",
		Long: `parameters prints what generate takes, with the values that hold where an
Application gives no parameter: its environment and the sidecar's L5D_PKI_
variables are in them. Argo CD shows these defaults; it does not send them back.`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			c, err := a.newCMPCall()
			if err != nil {
				return err
			}
			for _, p := range c.parameters() {
				_ = a.setParameter(p, nil) // generate says what is wrong; the interface is where it is mended
			}
			a.data, err = json.MarshalIndent(c.announcements(), "", "  ")
			a.data = append(a.data, '\n')
			return err
		}),
	}
}

func (c *cmpCall) announcements() []announcement {
	var all []announcement
	for _, p := range c.parameters() {
		n := announcement{Name: p.name, Title: p.title, Tooltip: p.tooltip, CollectionType: collectionString}
		switch {
		case p.flag != nil:
			n.ItemType, n.String = itemBoolean, strconv.FormatBool(*p.flag)
		case p.list != nil:
			n.CollectionType, n.Array = collectionArray, *p.list
		default:
			n.String = *p.text
		}
		all = append(all, n)
	}
	return all
}
