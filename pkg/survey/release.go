package survey

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// release is a Linkerd chart that something deploys with some values.
type release struct {
	chart, version spot
	name, at       string // of the chart; the version as it is written
	pins           pinSet // of values that stand in the object
	sources        []valuesSource
	// opaque: values come from a place that the repository does not hold, or a
	// plugin may pin later.
	opaque bool
	// object is kind and name of what deploys the chart; "" if it has none.
	object string
}

// valuesSource is a source of values in the repository: a file, or a key of a
// ConfigMap or Secret.
type valuesSource struct{ file, object, key string }

// webhooksOf lists the webhooks whose certificates a chart makes up, as its
// values name them. Charts that make up nothing have an empty list.
var webhooksOf = map[string][]string{
	linkerd.ChartLinkerd2:        {state.WebhookProxyInjector, state.WebhookProfileValidator, state.WebhookPolicyValidator},
	linkerd.ChartControlPlane:    {state.WebhookProxyInjector, state.WebhookProfileValidator, state.WebhookPolicyValidator},
	linkerd.ChartViz:             {state.WebhookTap, state.WebhookTapInjector},
	linkerd.ChartJaeger:          {"webhook"},
	linkerd.ChartCRDs:            nil,
	linkerd.ChartMulticluster:    nil,
	linkerd.ChartCNI:             nil,
	linkerd.ChartOldMulticluster: nil,
	linkerd.ChartOldViz:          {state.WebhookTap, state.WebhookTapInjector},
	linkerd.ChartOldJaeger:       {"webhook"},
}

// controlPlanes are the charts whose version says which family is deployed, and
// which hold the heartbeat.
var controlPlanes = []string{linkerd.ChartLinkerd2, linkerd.ChartControlPlane}

// objectOf names what deploys a chart, without its namespace, which a patch may
// leave out.
func objectOf(c cursor) string {
	head := c.node.Head()
	if head.Name == "" {
		return ""
	}
	return head.Kind + "/" + head.Name
}

// addRelease notes a release of a Linkerd chart; others are nobody's business
// here, but for their values: a patch of an object names no chart.
func (s *Survey) addRelease(r release, chart, version cursor) {
	r.name, r.at = chart.value(), version.value()
	r.name = r.name[strings.LastIndexByte(r.name, '/')+1:] // "linkerd/linkerd-viz", "oci://host/linkerd-viz"
	if r.object != "" {
		s.parts[r.object] = append(s.parts[r.object], r)
	}
	if _, known := webhooksOf[r.name]; !known {
		return
	}
	r.chart, r.version = chart.spot(), version.spot()
	if !version.there() {
		r.version = r.chart
	}
	s.releases = append(s.releases, r)
}

// chartFile describes a chart.
const chartFile = "Chart.yaml"

// umbrella is a chart that deploys others; where its values come from is not
// known here, so only versions are judged.
func (s *Survey) umbrella(c cursor) {
	for _, d := range c.get("dependencies").items() {
		s.addRelease(release{opaque: true}, d.get("name"), d.get("version"))
	}
}

// oneRelease is a version that means one chart release.
var oneRelease = lazy.New(`^v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$`)

func (s *Survey) judgeReleases() {
	for _, r := range s.releases {
		switch {
		case isPlaceholder(r.at):
		case !oneRelease.MatchString(r.at):
			s.say(r.version, pki.Warning, problem.SurveyFloating, r.name, r.at)
		default:
			s.judgeFamily(r)
		}
		if missing, known := s.unpinned(r); known && len(missing) > 0 {
			s.say(r.chart, pki.Warning, problem.SurveyUnpinned, r.name, strings.Join(missing, ", "))
		}
	}
}

// unpinned lists what a release leaves to chance; it cannot be known where a
// source of values is out of sight.
func (s *Survey) unpinned(r release) (missing []string, known bool) {
	pins := pinSet{}
	for _, part := range append([]release{r}, s.parts[r.object]...) {
		if part.opaque || !s.pinned(part, pins) {
			return nil, false
		}
	}
	wanted := slices.Clone(webhooksOf[r.name])
	if slices.Contains(controlPlanes, r.name) {
		wanted = append(wanted, linkerd.HeartbeatValue)
	}
	for _, key := range wanted {
		old := !s.want.version.Traits().Has(key)
		if !pins[key] && !old {
			missing = append(missing, key)
		}
	}
	return missing, true
}

// pinned adds what a release or a patch of it pins; false if one of its sources
// is out of sight.
func (s *Survey) pinned(r release, pins pinSet) bool {
	pins.add(r.pins)
	for _, source := range r.sources {
		found, there := s.pins[source.file], s.files[source.file]
		if source.object != "" {
			found = s.configMaps[source.object].pins[source.key]
			there = found != nil
		}
		if !there {
			return false
		}
		pins.add(found)
	}
	return true
}

// judgeFamily compares the chart's family with those of the state files.
func (s *Survey) judgeFamily(r release) {
	if !slices.Contains(controlPlanes, r.name) {
		return
	}
	family, known := chartFamily(r.name, r.at)
	if !known || family == s.want.version.Family() {
		return
	}
	for _, other := range s.others {
		if family == other.version.Family() {
			return
		}
	}
	s.say(r.version, pki.Error, problem.SurveyOtherFamily, r.name, r.at, family.String(), s.want.versionText, s.want.version.Family().String())
}

// chartFamily says which family a chart release is of.
func chartFamily(chart, version string) (linkerd.Family, bool) {
	release, known := linkerd.ChartRelease(chart, version)
	v, err := linkerd.ParseVersion(release)
	return v.Family(), known && err == nil
}
