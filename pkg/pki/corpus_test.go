package pki

import (
	"crypto/x509"
	"encoding/base64"
	"os"
	"strconv"
	"strings"
	"testing"
)

// reasonFor tells which refusal of ours stands for an error of webpki. Errors
// that are missing here depend on the order of its checks, which is not ours:
// only the verdict is compared.
var reasonFor = map[string]string{
	"CaUsedAsEndEntity":          "pki-ca-as-leaf",
	"CertExpired":                "pki-expired",
	"EndEntityUsedAsCa":          "pki-not-ca",
	"MalformedDnsIdentifier":     "pki-name-constraints",
	"NameConstraintViolation":    "pki-name-constraints",
	"PathLenConstraintViolated":  "pki-path-length",
	"RequiredEkuNotFoundContext": "pki-extended-key-usage",
}

// Our webpki rules give the verdicts of webpki itself.
func TestVerdictsOfWebpki(t *testing.T) {
	text, err := os.ReadFile("testdata/webpki-verdicts.txt")
	if err != nil {
		t.Fatal(err)
	}
	var certs []Certificate
	verdicts := map[bool]int{}
	for number, line := range strings.Split(string(text), "\n") {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 2 && fields[0] == "cert":
			certs = append(certs, corpusCertificate(t, fields[1]))
		case len(fields) == 4 && fields[0] == "case":
			bundle, chain, want := corpusPick(certs, fields[1]), corpusPick(certs, fields[2]), fields[3]
			err := VerifyLeaf(Bundle{bundle}, chain, WebpkiRules, testNow)
			verdicts[err == nil]++
			if (err == nil) != (want == "ok") {
				t.Errorf("line %d: webpki says %s, we say %v", number+1, want, err)
			}
			if code := reasonFor[want]; code != "" {
				wantCode(t, err, code)
			}
		}
	}
	if verdicts[true] < 20 || verdicts[false] < 80 {
		t.Errorf("the corpus is not whole: %v", verdicts)
	}
}

func corpusCertificate(t *testing.T, text string) Certificate {
	t.Helper()
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return Certificate{c}
}

func corpusPick(certs []Certificate, numbers string) []Certificate {
	var picked []Certificate
	for n := range strings.SplitSeq(numbers, ",") {
		i, _ := strconv.Atoi(n)
		picked = append(picked, certs[i])
	}
	return picked
}
