package forge

// Limits is what a forge shows of a pull request's text.
type Limits struct {
	// Body is the longest text that is sent, in characters; 0 is no limit. It is
	// less than the forge refuses, since some count more than they are sent.
	Body int
	// HTML is shown as such; Details folds a part away; Comments are kept, unseen.
	HTML, Details, Comments bool
	// Mermaid blocks are drawn.
	Mermaid bool
	// DraftByTitle begins the title of a draft; empty where a draft is a flag.
	DraftByTitle string
}

// limits by kind of forge. Sources: docs/forges.md.
var limits = map[string]Limits{
	"github":           {Body: 58_000, HTML: true, Details: true, Comments: true, Mermaid: true}, // 65,536 refused
	"gitlab":           {Body: 900_000, HTML: true, Details: true, Comments: true, Mermaid: true, DraftByTitle: "Draft: "},
	"gitea":            {Body: 65_000, HTML: true, Details: true, Comments: true, Mermaid: true, DraftByTitle: "WIP: "},
	"bitbucket":        {Body: 200_000},
	"bitbucket-server": {Body: 30_000},
	"azure":            {Body: 4_000},
	"plain":            {},
}

// LimitsOf gives the limits of a kind of forge: github, gitlab, gitea,
// bitbucket, bitbucket-server, azure or plain. An unknown kind is plain.
func LimitsOf(kind string) Limits { return limits[kind] }
