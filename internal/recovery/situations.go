package recovery

// Situations is the table of all that `doctor` knows, the most urgent first.
var Situations = []Situation{
	{"reverted-commit", "Git has a newer version of this state file: a revert, a merge or a checkout took back moves that the cluster may have had already. The older file would deliver an older bundle or issuer, which pods of the newer phase may refuse.",
		reverted, restoreNewest, nil},
	{"two-meshes", "The trust roots in the cluster are certificates that this state does not know: the observation is of another mesh, or something else writes the ConfigMap.",
		foreignRoots, nobodyKnowsWhichMesh, []string{"half-applied-phase", "missed-issuer-reload", "wrong-bundle-in-pods"}},
	{"anchor-and-issuer-expired", "Identity signs nothing, and every leaf has ended with the issuer. Proxies without a valid leaf cannot renew it and need a restart, after the control plane.",
		both(expired("anchor"), expired("issuer")), renewOrReplace, []string{"anchor-expired", "issuer-expired", "leaves-expired", "anchor-key-lost", "issuer-key-lost"}},
	{"anchor-expired", "Identity verifies its issuer at every request, so it signs nothing. Proxies ignore the anchor's dates: they work until their leaves end, from about 7 hours on, after 24 hours all of them.",
		expired("anchor"), renewOrReplace, []string{"anchor-key-lost"}},
	{"issuer-expired", "Identity signs nothing, and every leaf has ended with the issuer. Proxies whose leaf has ended cannot renew it and need a restart, after identity has the new issuer.",
		expired("issuer"), newIssuerOrAnchor, []string{"leaves-expired", "anchor-key-lost", "issuer-key-lost"}},
	{"leaves-expired", "Identity was down for longer than the shortest rest of a leaf's life. A proxy whose leaf has ended presents it to identity, is refused, and never recovers without a restart; one that never had a leaf does.",
		either(expiredLeaves, downTooLong), restartAll, nil},
	{"half-applied-phase", "The cluster has a part of what this phase delivers, and an older part beside it.",
		halfApplied, applyAgain, []string{"missed-issuer-reload", "wrong-bundle-in-pods"}},
	{"missed-issuer-reload", "The Secret may have the new issuer, but identity signs with another: it missed the change (linkerd2#15109), or refused an issuer that its loaded bundle does not verify, and does not try again.",
		otherIssuerLoaded, restartIdentity, nil},
	{"wrong-bundle-in-pods", "Some pods hold another bundle than this phase delivers: they did not restart since, or restarted before the injector had the new bundle.",
		otherBundleHeld, restartThose, nil},
	{"webhook-expired", "The API server refuses the webhook. With failurePolicy Ignore pods start without a proxy, with Fail they do not start.",
		expired("webhook", "webhook-ca"), newWebhooks, nil},
	{"anchor-key-lost", "The anchor's private key is gone. What runs is not affected; nothing can be signed under this anchor again.",
		lost("anchor"), newAnchor, nil},
	{"issuer-key-lost", "The issuer's private key is gone from its custody. Identity signs as long as the Secret in the cluster exists; it cannot be made again.",
		lost("issuer"), issuerAgain, nil},
}
