package forge

// Target is one repository on one forge, and how it is reached.
type Target struct {
	// Kind is github, gitlab, gitea; or bitbucket, bitbucket-server, azure, for
	// which text is made but no call.
	Kind string `json:"kind"`
	// BaseURL is the address of the forge's pages, without the repository:
	// "https://github.com", "https://git.example.org:8443/gitea".
	BaseURL string `json:"baseURL"`
	// APIURL is the address of its API where the CI names it; "" is the usual place.
	APIURL string `json:"apiURL,omitempty"`
	// Owner is a user, an organisation, or a group with its subgroups ("acme/platform").
	Owner string `json:"owner"`
	Repo  string `json:"repo"`
	// CAFile names PEM certificates of authorities, for a private forge.
	CAFile string `json:"caFile,omitempty"`
	Token  string `json:"token,omitempty"`
}

// Flags are what the user said; they win over what is found.
type Flags struct {
	Kind    string
	BaseURL string
	CAFile  string
	// SSHHost gives the host behind an alias of SSH's configuration, "" where it
	// is not known; nil knows none.
	SSHHost func(alias string) string
}
