package rotation

import "fmt"

// RetiredIssuer is an issuer that signs no more: its rotation was abandoned, or
// the cluster's CA made another in its place.
type RetiredIssuer struct {
	Name        string   `json:"name"`
	Fingerprint string   `json:"fingerprint"`
	Known       bool     `json:"known"` // an observation covers every chain
	ServedBy    []string `json:"servedBy,omitempty"`
}

// retiredIssuers says who was seen with a leaf of each retired issuer.
func (c *scene) retiredIssuers() ([]RetiredIssuer, error) {
	own, err := c.own()
	if err != nil {
		return nil, err
	}
	o := own.latest()
	var list []RetiredIssuer
	for _, a := range c.dossier.abandoned {
		r := RetiredIssuer{Name: a.name, Fingerprint: a.chain[0].Fingerprint()}
		if o != nil {
			r.Known = len(own.unseenChains(o)) == 0
			for _, e := range o.Endpoints {
				if len(e.Chain) > 0 && e.Chain[0] == r.Fingerprint {
					r.ServedBy = append(r.ServedBy, e.words())
				}
			}
		}
		list = append(list, r)
	}
	return list, nil
}

func (s *Status) issuerNotes() (notes []string) {
	for _, r := range s.RetiredIssuers {
		switch {
		case len(r.ServedBy) > 0:
			notes = append(notes, fmt.Sprintf("leaves of retired issuer %q are still served by %d kinds of endpoints", r.Name, len(r.ServedBy)))
		case !r.Known:
			notes = append(notes, fmt.Sprintf("leaves of retired issuer %q may still be live: no observation covers every chain", r.Name))
		}
	}
	return notes
}
