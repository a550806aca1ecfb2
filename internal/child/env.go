package child

import (
	"os"
	"runtime"
	"slices"
	"strings"
)

// Purpose is what a program is run for. It decides which variables of the
// environment the program sees; docs/git.md and docs/custody.md have the lists
// as tables.
type Purpose int

const (
	// Judging is git that reads objects and configuration. It reaches no network,
	// and asks and signs nothing.
	Judging Purpose = iota
	// Transport is git that talks to a remote.
	Transport
	// Committing is git that commits or pushes for the user: hooks run, and
	// commits are signed.
	Committing
	// Sops opens and seals keys with the identities and clouds of the user.
	Sops
	// Kubeseal seals offline, to a certificate.
	Kubeseal
	// Charts is l5d-pki-render-chart, which may pull charts.
	Charts
	// Forges is l5d-pki-render-forge. Its token goes over stdin.
	Forges
	// KMS is l5d-pki-render-kms, which signs with keys in clouds and tokens.
	KMS
	// Clusters is l5d-pki-render-cluster, which finds a cluster as kubectl does. The
	// programs that a kubeconfig names for credentials get the same.
	Clusters
	// SSHKeys is l5d-pki-render-full where it only reads SSH keys, from stdin.
	SSHKeys
	// Itself is this program again, in a process with limits of its own.
	Itself
)

// Lists of variables. A star at the end stands for any rest of a name.
var (
	// start is what programs need to start and to find their configuration.
	start = []string{
		"PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "XDG_CONFIG_HOME", "LD_LIBRARY_PATH",
		// Windows
		"SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "HOMEDRIVE", "HOMEPATH",
		"TEMP", "TMP", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "PROGRAMFILES(X86)",
	}
	// gitFiles say which configuration of the user and of the system git reads.
	gitFiles = []string{"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"}
	// network is for proxies and certificate authorities.
	network = []string{
		"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy",
		"SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "NIX_SSL_CERT_FILE",
	}
	// agents hold keys, and ask the user in windows.
	agents = []string{
		"SSH_AUTH_SOCK", "SSH_AGENT_PID", "GNUPGHOME", "GPG_TTY", "GPG_AGENT_INFO", "PINENTRY_USER_DATA", "TERM",
		"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "USER", "LOGNAME", "USERNAME",
	}
	// gitTransport is for git's transports and for credential helpers, which look
	// for their own files below HOME.
	gitTransport = []string{
		"GIT_SSL_*", "GIT_PROXY_*", "GIT_HTTP_*", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_ALLOW_PROTOCOL", "GIT_PROTOCOL_FROM_USER",
		"GIT_ASKPASS", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE",
		"XDG_CACHE_HOME", "XDG_DATA_HOME", "KRB5CCNAME", "KRB5_CONFIG", "GCM_*", "PASSWORD_STORE_DIR",
	}
	// gitCommits is for the identity, for signing and for hooks of the user.
	gitCommits = []string{
		"GIT_AUTHOR_*", "GIT_COMMITTER_*", "EMAIL", "TZ", "GITSIGN_*", "SIGSTORE_*",
		"CI", "SHELL", "SKIP", "PRE_COMMIT_*", "HUSKY", "LEFTHOOK", "LEFTHOOK_*", "VIRTUAL_ENV", "NVM_DIR", "ASDF_*", "MISE_*",
	}
	// clouds are the credentials by which a KMS is reached.
	clouds = []string{
		"AWS_*", "GOOGLE_*", "GCLOUD_*", "CLOUDSDK_*", "GCE_METADATA_*", "AZURE_*", "MSI_*", "IDENTITY_ENDPOINT", "IDENTITY_HEADER",
		"IMDS_ENDPOINT",
		"VAULT_*", "BAO_*", "HUAWEICLOUD_*", "KUBERNETES_SERVICE_*",
	}
)

// lists names the variables by purpose.
var lists = map[Purpose][][]string{
	Judging:    {start, gitFiles},
	Transport:  {start, gitFiles, network, agents, gitTransport},
	Committing: {start, gitFiles, network, agents, gitTransport, gitCommits},
	Sops:       {start, network, agents, clouds, {"SOPS_*", "AGE_*", "XDG_CACHE_HOME", "XDG_DATA_HOME"}},
	Kubeseal:   {start, {"KUBECONFIG"}},
	Charts: {start, network, {"GOMEMLIMIT", "HELM_*", "DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_CACHE_HOME", "XDG_DATA_HOME",
		"XDG_RUNTIME_DIR"}},
	Forges:  {start, network},
	SSHKeys: {start},
	Clusters: {start, network, agents, clouds, {"KUBECONFIG", "KUBERNETES_*", "USE_GKE_GCLOUD_AUTH_PLUGIN", "AAD_*", "XDG_CACHE_HOME",
		"XDG_DATA_HOME"}},
	KMS: {start, network, agents, clouds, {"SOFTHSM2_CONF", "PKCS11_*", "P11_KIT_*", "YUBIHSM_*", "TPM2*", "TCTI", "CKNFAST_*", "NFAST_*",
		"ChrystokiConfigurationPath"}},
}

// extra names further variables, with commas between them, for sops and for the
// KMS program: modules of HSMs and plugins have variables of their own.
const extra = "L5D_PKI_KEY_PROGRAM_ENV"

// Environment lists the variables of this process that a program of a purpose
// gets, as NAME=VALUE, and then more. Git never gets a token, and never an
// identity that opens keys.
func Environment(p Purpose, more ...string) []string {
	return append(chosen(p, os.Environ(), nil), more...)
}

// Setting is a setting of Git's configuration: key and value.
type Setting [2]string

// GitEnvironment is [Environment] for git, with settings that are stronger than
// those in any file.
func GitEnvironment(p Purpose, settings []Setting, more ...string) []string {
	return append(chosen(p, os.Environ(), settings), more...)
}

// Environ lists the whole environment of this process, for readers that search
// it for misspelled names.
func Environ() []string { return os.Environ() }

func chosen(p Purpose, all []string, settings []Setting) []string {
	all = forLoaders(all)
	if p == Itself {
		return all
	}
	names := namesFor(p, all)
	env := []string{}
	for _, entry := range all {
		name, _, _ := strings.Cut(entry, "=")
		switch {
		case !listed(names, name), isGit(p) && isToken(name):
		case name == "GIT_ALLOW_PROTOCOL":
			env = append(env, withoutExt(entry))
		default:
			env = append(env, entry)
		}
	}
	if isGit(p) {
		env = append(env, gitConfig(p, all, settings)...)
	}
	return env
}

// namesFor lists the names and patterns of the variables that a purpose has.
func namesFor(p Purpose, all []string) []string {
	names := slices.Concat(lists[p]...)
	if p == Sops || p == KMS {
		names = append(names, strings.FieldsFunc(valueOf(all, extra), func(r rune) bool { return r == ',' || r == ' ' })...)
	}
	return names
}

// withoutExt is GIT_ALLOW_PROTOCOL without the protocol that runs commands. The
// variable is stronger than protocol.ext.allow.
func withoutExt(entry string) string {
	name, value, _ := strings.Cut(entry, "=")
	protocols := slices.DeleteFunc(strings.Split(value, ":"), func(p string) bool { return p == "ext" })
	return name + "=" + strings.Join(protocols, ":")
}

func isGit(p Purpose) bool { return p == Judging || p == Transport || p == Committing }

// isToken is a second look: no pattern of a list may let a token through.
func isToken(name string) bool { return strings.HasSuffix(strings.ToUpper(name), "_TOKEN") }

func listed(names []string, name string) bool {
	if runtime.GOOS == "windows" {
		name = strings.ToUpper(name)
	}
	return slices.ContainsFunc(names, func(pattern string) bool {
		if prefix, open := strings.CutSuffix(pattern, "*"); open {
			return strings.HasPrefix(name, prefix)
		}
		return name == pattern
	})
}

// valueOf is the value of a variable, "" where it is not set.
func valueOf(all []string, name string) string {
	for _, entry := range all {
		if value, found := strings.CutPrefix(entry, name+"="); found {
			return value
		}
	}
	return ""
}
