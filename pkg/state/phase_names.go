package state

// The closed sets of a state file, in the order in which they are told.
var (
	Schemes      = []string{SchemeLinkerd, SchemeKubernetes}
	CustodyKinds = []string{CustodyAge, CustodySOPS, CustodySealedSecret, CustodyExternalSecret, CustodyCertManager, CustodyFile}
	StoreKinds   = []string{StoreNamespaced, StoreCluster}
	OutputKinds  = []string{OutputValues, OutputManifests, OutputChart, OutputComponent, OutputHelmValues, OutputEdit}
	Charts       = []string{ChartControlPlane, ChartViz, ChartJaeger}
	Engines      = []string{EngineHelm3, EngineHelm4}
	Objects      = []string{ObjectConfigMap, ObjectSecret}
	Layouts      = []string{LayoutExternal, LayoutEmbedded}
	WebhookKeys  = []string{WebhookProxyInjector, WebhookProfileValidator, WebhookPolicyValidator, WebhookTap, WebhookTapInjector,
		WebhookJaeger}
	Kinds       = []string{KindAnchor, KindIssuer, KindWebhooks, KindReplace, KindRenew}
	Strategies  = []string{StrategyBundle, StrategyCrossSign}
	AnchorRoles = []string{RoleCurrent, RoleOutgoing, RoleIncoming, RoleExtra}
	IssuerRoles = []string{RoleCurrent, RoleOutgoing, RoleIncoming}
	LeavesWays  = []string{LeavesWaited, LeavesWave}
	Moves       = []string{MoveInit, MoveAdopt, MoveStart, MoveAdvance, MoveBack, MoveAbandon, MoveRollout, MoveReissue, MoveLegacy}
)

// PhaseNames lists every phase once: stable, then in the order of [Tables].
func PhaseNames() []string {
	names := []string{PhaseStable}
	seen := map[string]bool{}
	for _, t := range Tables {
		for _, p := range t.Phases {
			if !seen[p.Name] {
				seen[p.Name] = true
				names = append(names, p.Name)
			}
		}
	}
	return names
}
