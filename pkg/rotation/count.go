package rotation

// Count says how many pods a group has.
func (o *Observation) Count(group string, pods int) {
	o.Coverage = append(o.Coverage, Coverage{group, total(pods)})
}

// Unseen says what the observation does not show, of bundles and of chains.
func (o *Observation) Unseen() (bundles, chains []string) {
	return o.unseenBundles(), o.unseenChains()
}
