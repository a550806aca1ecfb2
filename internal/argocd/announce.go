package argocd

import (
	"encoding/json"
	"strconv"
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

// Parameters lists what Generate takes, with the values that hold where an
// Application gives no parameter, as JSON for Argo CD's interface.
func Parameters(o Options) ([]byte, error) {
	c := newCall(o)
	for _, p := range c.parameters() {
		_ = c.setParameter(p, nil) // Generate says what is wrong; the interface is where it is mended
	}
	out, err := json.MarshalIndent(c.announcements(), "", "  ")
	return append(out, '\n'), err
}

func (c *call) announcements() []announcement {
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
