package problem

// What signing and checking observations says.
var (
	EvidenceForm = Sentence{
		Code:    "evidence-form",
		Text:    "the signature is not at the end of the file, or is damaged",
		Hint:    "take the old signature out (the comments from BEGIN SSH SIGNATURE on, and what follows it), then sign again: `l5d-pki-render evidence sign FILE --key KEY`",
		Explain: "A signed observation ends with its signature, as comments from \"# -----BEGIN SSH SIGNATURE-----\" to \"# -----END SSH SIGNATURE-----\". Nothing may follow it: what follows would not be signed.",
	}
	EvidenceUnsigned = Sentence{
		Code:    "evidence-unsigned",
		Text:    "the observation is not signed",
		Hint:    "ask whoever took it to sign it: `l5d-pki-render evidence sign FILE --key KEY`",
		Explain: "An observation opens gates, so the guard wants to know who took it where the base branch lists keys for that.",
	}
	EvidenceSigner = Sentence{
		Code:    "evidence-signer",
		Text:    "no listed key has signed the observation as it is",
		Hint:    "list the key of the person or job that takes observations, with namespaces=\"l5d-pki-evidence\", or have a listed key sign it",
		Explain: "The signature is of another key, of a key that may not sign evidence (or no more), or was made over another text: the file was edited after it was signed.",
	}
	EvidenceNoKeys = Sentence{
		Code:    "evidence-no-keys",
		Text:    "lists no key that may sign evidence",
		Hint:    "add a line: NAME namespaces=\"l5d-pki-evidence\" ssh-ed25519 AAAA...",
		Explain: "The format is that of ssh-keygen(1), ALLOWED SIGNERS. A line counts here only if its option namespaces names l5d-pki-evidence, so that keys that were listed for commits do not become evidence.",
	}
	EvidenceKeygen = Sentence{
		Code:    "evidence-keygen",
		Text:    "ssh-keygen failed: %v",
		Hint:    "check that ssh-keygen (OpenSSH 8.2 or later) is in the PATH, and the path of the key",
		Explain: "Signatures are made and checked by ssh-keygen -Y. The private key may be in a file or in ssh-agent, beside its public one.",
	}
	PRGuardEvidenceOlder = Sentence{
		Code:    "guard-evidence-older",
		Text:    "the base branch has an observation of cluster %s of %s, and the change %s",
		Hint:    "leave what the base has, or a copy of it in evidence/ beside the state, and bring a new observation (`l5d-pki-render observe`); if the one of the base is wrong, have a maintainer accept the change with --accept guard-evidence-older",
		Explain: "A gate opens by the newest observation that is known. A signature proves who took an observation, and not that none came after it: an older one, put back or left alone, would show what is not so any more. One in which identity had another issuer than the phase's ends a wait for leaves: without it the wait would count from before it.",
	}
	PRGuardEvidence = Sentence{
		Code:    "guard-evidence",
		Text:    "the observation that %s committed is unverified: %s",
		Hint:    "ask whoever took it to sign it (docs/evidence.md); if the reviewers know that it is true, have a maintainer accept it with --accept guard-evidence",
		Explain: "The base branch lists keys that may sign evidence. A forged observation would open every gate, so one that none of them signed is no better than the word of whoever committed it.",
	}
)
