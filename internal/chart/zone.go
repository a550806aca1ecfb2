package chart

import "fmt"

func init() { utcAlone(sprigFuncs) }

// utcAlone makes functions of templates refuse the zones of the machine: a container without
// zoneinfo has none, where sprig takes UTC, and updates change their rules.
func utcAlone(functions map[string]any) {
	for _, name := range []string{"dateInZone", "date_in_zone"} {
		of := functions[name].(func(string, any, string) string)
		functions[name] = func(layout string, date any, zone string) (string, error) {
			return of(layout, date, zone), checkZone(zone)
		}
	}
	of := functions["htmlDateInZone"].(func(any, string) string)
	functions["htmlDateInZone"] = func(date any, zone string) (string, error) { return of(date, zone), checkZone(zone) }
}

// otherZone ends the error, by which it is known again: engines hand on text alone.
const otherZone = ": zones other than UTC are not the same on every machine"

// checkZone takes the names for which Go needs no file. The chart program runs in UTC, so Local
// is that.
func checkZone(zone string) error {
	switch zone {
	case "", "UTC", "Local":
		return nil
	}
	return fmt.Errorf("zone %q%s", zone, otherZone)
}
