// Package survey looks over a whole GitOps repository for what would make a
// rotation go wrong although the state file is right: values that beat ours,
// charts that float, certificates that renew themselves, the state file where
// it would be applied, private keys in clear.
//
// Files go in one by one, findings with file, line and column come out:
//
//	s, err := survey.New(survey.Settings{State: rotation})
//	for _, f := range files {
//		s.Add(f.Path, f.Text)
//	}
//	report := s.Report()
//
// What the files say of each other (a Bundle of a Certificate's Secret, a state
// file below an Application's path) is judged in Report, so their order does
// not matter. Nothing is refused but a pattern that is none: a file that cannot
// be read as YAML is a finding, one that holds templates is counted.
//
// Nothing here reads a file or a clock, and no finding carries a byte of a key.
package survey
