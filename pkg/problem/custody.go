package problem

// What the custodies of private keys say (internal/custody).
var (
	CustodyUnknown = Sentence{
		Code:    "custody-unknown",
		Text:    "this version cannot keep keys in custody %q",
		Hint:    "use a newer version, or another custody: docs/custody.md compares them",
		Explain: "Where private keys live is the custody. The state names one that this version has no code for; nothing was done without it.",
	}
	CustodyNoSeal = Sentence{
		Code:    "custody-no-seal",
		Text:    "custody %q takes no keys, and a key for %q was made here",
		Hint:    "bring what the custody made, with --anchor and --signed, or, with custody external-secret, take new keys out with --key-out FOLDER; docs/custody.md shows how",
		Explain: "With custodies of this kind private keys never pass through this tool: the cluster or a secret store makes them, and the state has the certificates only.",
	}
	CustodyNoOpen = Sentence{
		Code:    "custody-no-open",
		Text:    "keys in custody %q cannot be read here",
		Hint:    "leave --with-keys out: the custody's own object replaces the Secret",
		Explain: "Sealed Secrets open in the cluster only, and of keys that are references there is nothing to open. What needs the key itself cannot be had from this custody.",
	}
	CustodyNoRecipients = Sentence{
		Code:    "custody-no-recipients",
		Text:    "custody age has nobody to encrypt keys to",
		Hint:    "make an identity with `age-keygen -o identity.txt`, keep it out of Git, and give the public key that it prints: to `init` by --recipient, in a state file under spec.custody.recipients; or set spec.custody.passphrase: true",
		Explain: "Keys are encrypted to the recipients in the state file before they are written. Without a recipient the key could only be written in clear, or be lost.",
	}
	CustodyRecipient = Sentence{
		Code:    "custody-recipient",
		Text:    "the recipient %q is damaged",
		Hint:    "copy it anew: `age-keygen -y identity.txt` prints the public key of an identity; SSH recipients are ssh-ed25519 or ssh-rsa",
		Explain: "The text looks like a public key and its checksum or encoding does not hold. A key encrypted to a damaged recipient could never be opened.",
	}
	CustodyRulesOfOthers = Sentence{
		Code:    "custody-rules-of-others",
		Text:    "others may write this file, and sops would encrypt keys to whom it says",
		Hint:    "put a .sops.yaml into the repository, or correct the owner and the permissions of this one and of its directory",
		Explain: "sops looks for .sops.yaml from the state's directory upwards, and finds one of somebody else in a directory that many users share, as /tmp is. Inside of the repository the file is reviewed like any other.",
	}
	CustodySSHProgram = Sentence{
		Code:    "custody-ssh-program",
		Text:    "SSH keys that open key files are read by the program %s, which cannot be run: %v",
		Hint:    "install it beside l5d-pki-render (both are in every release), or name it in L5D_PKI_FULL_PROGRAM",
		Explain: "Key files of custody age may be for SSH keys. What reads those takes a fifth of the time in which l5d-pki-render starts, so l5d-pki-render-full has it, and gets the key and the encrypted key of the file on stdin.",
	}
	CustodySSHProtocol = Sentence{
		Code:    "custody-ssh-protocol",
		Text:    "l5d-pki-render-full speaks protocol %d, wanted %d",
		Hint:    "install both programs from the same release",
		Explain: "l5d-pki-render has l5d-pki-render-full read SSH keys; both come from one release. The answer was incomplete or of another version.",
	}
	CustodySSHRequest = Sentence{
		Code:    "custody-ssh-request",
		Text:    "there is no request on stdin",
		Hint:    "run `l5d-pki-render`, which starts this command where it needs an SSH key",
		Explain: "`l5d-pki-render-full age-ssh` is not for people: it reads one request on stdin.",
	}
	CustodyPlugin = Sentence{
		Code:    "custody-plugin-recipient",
		Text:    "the recipient with index %d needs the age plugin %q; recipients of plugins are not supported",
		Hint:    "use a recipient of age itself (`age-keygen -o identity.txt`) or an SSH public key; for hardware keys use custody sops, whose key groups can hold them",
		Explain: "Keys are encrypted by the age library, which runs no plugins (YubiKey, TPM, Secure Enclave, FIDO2). The recipient may be sound.",
	}
	CustodyPluginIdentity = Sentence{
		Code:    "custody-plugin-identity",
		Text:    "what %s gives is an identity of an age plugin; plugins are not supported",
		Hint:    "give an identity of age itself (lines AGE-SECRET-KEY-1...) or an SSH private key without a passphrase",
		Explain: "Keys are opened by the age library, which runs no plugins (YubiKey, TPM, Secure Enclave, FIDO2).",
	}
	CustodyMixedRecipients = Sentence{
		Code:    "custody-mixed-recipients",
		Text:    "these recipients cannot be combined",
		Hint:    "use post-quantum recipients (age1pq1...) only, or none of them",
		Explain: "age refuses to mix post-quantum recipients with others, since the weakest of them would decide.",
	}
	CustodyNoIdentity = Sentence{
		Code:    "custody-no-identity",
		Text:    "the key is encrypted, and no identity is at hand to open it with",
		Hint:    "give --identity FILE, or set L5D_PKI_AGE_IDENTITY (a file or the identity itself), SOPS_AGE_KEY or SOPS_AGE_KEY_FILE",
		Explain: "Custody age encrypts keys to recipients; the identity (private key) of one of them opens them. It is looked for in the flag, then in the environment, and nowhere else.",
	}
	CustodyIdentity = Sentence{
		Code:    "custody-identity",
		Text:    "what %s gives is not an identity that opens files of age",
		Hint:    "give the file that `age-keygen` made (lines AGE-SECRET-KEY-1...), or an SSH private key (ed25519, RSA) without a passphrase",
		Explain: "The identity could not be read. Its content is not shown, since it is a secret.",
	}
	CustodyOtherIdentity = Sentence{
		Code:    "custody-other-identity",
		Text:    "none of the identities at hand opens this key",
		Hint:    "use the identity of one of the recipients that the file names; `l5d-pki-render custody status` lists them",
		Explain: "The key is encrypted to other recipients than those whose identities were given. If every identity is lost, so is the key: begin a rotation with new material (start issuer, start anchor), which needs no old issuer key.",
	}
	CustodyNoPassphrase = Sentence{
		Code:    "custody-no-passphrase",
		Text:    "a passphrase is needed, and nothing gives it",
		Hint:    "set L5D_PKI_AGE_PASSPHRASE, or give --passphrase-file FILE",
		Explain: "With spec.custody.passphrase: true keys are encrypted with a passphrase. It is never taken from an argument, which every user of the host could see.",
	}
	CustodyWrongPassphrase = Sentence{
		Code:    "custody-wrong-passphrase",
		Text:    "the passphrase does not open this key",
		Hint:    "check L5D_PKI_AGE_PASSPHRASE or --passphrase-file; the file's last line end does not count",
		Explain: "The key file is encrypted with another passphrase.",
	}
	CustodyShared = Sentence{
		Code:    "custody-shared",
		Text:    "the key file %s is named by state %s, too, which has other recipients: they could not open it any more",
		Hint:    "give spec.custody of both states the same kind and recipients, then run `l5d-pki-render custody rewrap` again; or copy the file to a path of its own and name that in one of the states",
		Explain: "States of meshes that share a trust anchor may name one file of its key. `custody rewrap` seals a file for the recipients of one state, and who is listed by the other one alone would lose the key.",
	}
	CustodyKeyTaken = Sentence{
		Code:    "custody-key-taken",
		Text:    "the new key of %q would be stored as %s of %s %s, where state %s has the key of %s: it would be written over",
		Hint:    "take another name: --name gives anchor and issuer another label, --keys-dir puts a folder before all names; nothing was made",
		Explain: "Two states that read their keys from one store need names of their own there. Whoever stores the new key at this name, as they would be told to, loses the other one, and the External Secrets Operator hands the new key to the other mesh at its next refresh. A ClusterSecretStore of one name is one store; of a SecretStore, which each namespace may have its own of, a note says it.",
	}
	CustodyPassphraseDiffers = Sentence{
		Code:    "custody-passphrase-differs",
		Text:    "the passphrase opens no key of this state (%s), so no new key is sealed with it",
		Hint:    "check L5D_PKI_AGE_PASSPHRASE or --passphrase-file; to change the passphrase, run `l5d-pki-render custody rewrap --new-passphrase-file FILE` first",
		Explain: "A key that is sealed with a mistyped passphrase is lost, and nothing in its file tells. So the passphrase has to open one of the key files that are there before new keys are sealed. Where nobody knows the old passphrase any more, remove the key files that nobody can open and no other state names, or list recipients in spec.custody in place of `passphrase: true`, and commit that (for `pr`, to the base branch): new keys are then sealed without this question.",
	}
	CustodyTampered = Sentence{
		Code:    "custody-tampered",
		Text:    "the encrypted key was changed after it was sealed",
		Hint:    "restore the file from Git; if Git has it like this, find out who changed it before you use it",
		Explain: "age and sops authenticate what they encrypt. A file that was edited, merged or damaged on the way does not open, and nothing of it is used.",
	}
	CustodyTruncated = Sentence{
		Code:    "custody-truncated",
		Text:    "the key file is cut off: its end is missing",
		Hint:    "restore the file from Git",
		Explain: "The file begins like a key file of this custody and does not end like one.",
	}
	CustodyForeignFile = Sentence{
		Code:    "custody-foreign-file",
		Text:    "this is no %s",
		Hint:    "check spec.custody.kind and the path under `key:`; after a change of custody `l5d-pki-render custody rewrap --from KIND` seals the keys anew",
		Explain: "The file that the state names for a key is not what the state's custody writes.",
	}
	CustodyExtraField = Sentence{
		Code:    "custody-extra-field",
		Text:    "the key file has %s, which this tool does not write",
		Hint:    "remove the field, or restore the file from Git; it could be applied to the cluster with the key",
		Explain: "What is in clear in a key file is covered by no checksum. Annotations can have a Secret copied to other namespaces, and stringData replaces its certificates.",
	}
	CustodyEdited = Sentence{
		Code:    "custody-edited",
		Text:    "the key file differs from what this tool writes: it has %s",
		Hint:    "restore the file from Git; after a change of the namespace in the state `l5d-pki-render custody rewrap` writes it again",
		Explain: "What is in clear in a key file of sops or sealed-secret is covered by no checksum, and other programs act on it: with another kind the key would be delivered in a ConfigMap, and with another namespace or encrypted_regex it would not open. So the file has to say what the state says, in one YAML document that all programs read alike.",
	}
	CustodyOtherKey = Sentence{
		Code:    "custody-other-key",
		Text:    "the key file belongs to another certificate than %s",
		Hint:    "restore the file from Git: two key files may have been swapped",
		Explain: "Beside the encrypted key the file says in clear which public key it belongs to, and the certificate in the state has another.",
	}
	CustodyNoProgram = Sentence{
		Code:    "custody-no-program",
		Text:    "the program %q cannot be found; this custody uses the %s that you have",
		Hint:    "install it into the PATH, or name it with L5D_PKI_SOPS_PROGRAM",
		Explain: "Files of sops are written and read by sops itself, with all of its key services. Nothing was written.",
	}
	CustodyProgram = Sentence{
		Code:    "custody-program",
		Text:    "%s failed: %s",
		Hint:    "try `sops encrypt` on a file in the same directory by hand; the creation rules of .sops.yaml must match the key's path and may choose by encrypted_regex only",
		Explain: "The program ran and refused. For key files it is called with --encrypted-regex, which overrules the same setting of a creation rule and conflicts with the others (unencrypted_suffix, encrypted_suffix, unencrypted_regex): give the path of the keys a rule of its own.",
	}
	CustodySOPSResult = Sentence{
		Code:    "custody-sops-result",
		Text:    "sops did not encrypt the key and only the key: %s",
		Hint:    "use sops 3.9 or later, and give the path of the keys a creation rule of its own in .sops.yaml",
		Explain: "The key has to be encrypted, and the certificates have to stay in clear and outside of the MAC, since a phase may change them without a new key. The result was thrown away.",
	}
	CustodyNoSOPSFile = Sentence{
		Code:    "custody-no-sops-file",
		Text:    "this is not a complete sops file: its part `sops` with the MAC is missing",
		Hint:    "restore the file from Git, or check spec.custody.kind and the path under `key:`",
		Explain: "sops writes its own data (recipients, MAC) at the end of what it encrypts. A file without it was cut off, or was never encrypted.",
	}
	CustodyOpenToAll = Sentence{
		Code:    "custody-open-to-all",
		Text:    "others than its owner may use this private key (mode %s)",
		Hint:    "`chmod 600` the file; if others had access to the host, rotate: they may have the key",
		Explain: "With custody file keys are in clear on disk. Only their owner may read them: mode 0600 or less. Where root owns the file its group may read it, mode 0640: that is how a mounted Secret looks (defaultMode: 0440 and fsGroup).",
	}
	CustodyInGit = Sentence{
		Code:    "custody-in-git",
		Text:    "Git would commit this private key in clear: its place is in a work tree and not ignored",
		Hint:    "move keys out of the repository, or add their directory to .gitignore (and `git rm --cached` what is tracked); or keep them encrypted: custody age",
		Explain: "Custody file is for keys that Git never sees. A file in a work tree that is tracked or not ignored is one `git add` away from everybody who can read the repository, for ever.",
	}
	CustodyLink = Sentence{
		Code:    "custody-link",
		Text:    "the symbolic link %s, which Git has or would commit, leads this private key in clear to %s",
		Hint:    "look at where the link leads; remove it, check out the base branch, or, if it is your own, list it in .gitignore",
		Explain: "A branch that somebody checks out can bring a link in the place of the directory of keys. With it, whoever pushed the branch would choose where new keys are written in clear: into a web root, or into a directory that is synchronized. A link that Git ignores was made on this machine and is followed; the note that names the key says where it leads.",
	}
	CustodyGitSilent = Sentence{
		Code:    "custody-git-silent",
		Text:    "it is not known whether Git would commit this private key in clear: %v",
		Hint:    "make `git status` work in that directory; or move keys out of the repository, or keep them encrypted: custody age",
		Explain: "There is a repository around the key's place, and git cannot say whether it ignores the file: git is missing, does not know the repository's format, or the repository is damaged. Another git may take the file all the same, so it is refused as if Git saw it.",
	}
	CustodyForOthers = Sentence{
		Code:    "custody-for-others",
		Text:    "the key file is encrypted for none of the recipients in spec.custody",
		Hint:    "someone who can still open it runs `l5d-pki-render custody rewrap`; if nobody can, `l5d-pki-render start issuer` makes a new issuer with a new key",
		Explain: "The state names who may open keys, and this file can be opened by none of them: it was encrypted for others, or the list of recipients was replaced without a rewrap. The phase cannot be rendered with its keys, and no later one can.",
	}
	CustodyOldRecipients = Sentence{
		Code:    "custody-old-recipients",
		Text:    "the key file is sealed for others than spec.custody says",
		Hint:    "`l5d-pki-render custody rewrap` seals every key file anew; who could open the old file has seen the key: rotate if one of them is not to be trusted any more",
		Explain: "Changing spec.custody does not touch the key files: what is encrypted, is encrypted once. Until they are sealed anew, the old recipients can open them, and the new ones cannot.",
	}
	CustodyAbsent = Sentence{
		Code:    "custody-key-file-missing",
		Text:    "the key file does not exist",
		Hint:    "restore it from Git or a backup; if an issuer's key is lost, `l5d-pki-render start issuer` makes a new one",
		Explain: "The state names a file for this private key, and there is none. Without the key of the issuer or of a webhook the phase cannot be delivered; without the anchor's the next issuer cannot be signed by it.",
	}
	CustodyElsewhere = Sentence{
		Code:    "custody-keys-elsewhere",
		Text:    "no key file is here, and Git ignores all of them: they were not checked",
		Hint:    "on the machine that has them, run `l5d-pki-render custody status`",
		Explain: "Key files of custody file are in clear, so Git ignores them and a checkout never has them, as that of a CI job. Where only some of them are missing, each is reported.",
	}
	CustodyUnlabeled = Sentence{
		Code:    "custody-unlabeled",
		Text:    "the key file does not say whose key it holds or for whom it is sealed",
		Hint:    "if it was not sealed by this program, check that you can open it: `l5d-pki-render custody rewrap` opens it and seals it anew",
		Explain: "Key files of custody age say in their header, in clear, which certificate they belong to and who can open them. This one does not, so it may be sealed for a stranger or hold something else.",
	}
	CustodyNoKeys = Sentence{
		Code:    "custody-no-keys",
		Text:    "the state names no private key",
		Hint:    "name key files by `key:` beside their certificates; `start` and `init` do so for what they mint",
		Explain: "rewrap seals the key files that the state names anew. With custodies that are references there are none.",
	}
)
