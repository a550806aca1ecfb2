package pki

import "github.com/l5d-pki/l5d-pki-render/pkg/problem"

// AcceptedAnchor is an error for an anchor whose key or signature lint reports: a
// rotation to it would end where proxies refuse what it signed.
func AcceptedAnchor(c Certificate) error {
	return accepted(problem.LintAnchorAlgorithm, anchorAlgorithm, c)
}

// AcceptedIssuer is [AcceptedAnchor] for the certificate that signs leaves.
func AcceptedIssuer(c Certificate) error {
	return accepted(problem.LintIssuerAlgorithm, issuerAlgorithm, c)
}

func accepted(says problem.Sentence, broken func(view) ([]any, bool), c Certificate) error {
	args, refused := broken(view{Certificate: c})
	if !refused {
		return nil
	}
	p := says.With(args...)
	p.Text = c.short() + " " + p.Text
	return p
}
