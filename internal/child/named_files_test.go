package child

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestFiles: the files that variables name are known, whichever program gets them; other
// words of a variable are none, although there is a file of that name.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"config", "other", "prod"} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	other := filepath.Join(dir, "other")
	for name, value := range map[string]string{
		"KUBECONFIG": "config" + string(filepath.ListSeparator) + "none" + string(filepath.ListSeparator) + other, "AWS_PROFILE": "prod", "AWS_CONFIG_FILE": "prod",
		"VAULT_CACERT": "./other", "L5D_PKI_SOPS_PROGRAM": "./prod", "L5D_PKI_KUBESEAL_PROGRAM": "prod", "L5D_PKI_STATE": "./other", "GOOGLE_APPLICATION_CREDENTIALS": dir,
		"UNKNOWN_FILE": other,
	} {
		t.Setenv(name, value)
	}
	for _, c := range []struct {
		of   []Purpose
		want [][2]string
	}{
		{[]Purpose{Clusters, KMS}, [][2]string{{"AWS_CONFIG_FILE", "prod"}, {"KUBECONFIG", "config"}, {"KUBECONFIG", other}, {"L5D_PKI_SOPS_PROGRAM", "./prod"}, {"VAULT_CACERT", "./other"}}},
		{nil, [][2]string{{"L5D_PKI_SOPS_PROGRAM", "./prod"}}},
	} {
		got := slices.DeleteFunc(Files(c.of...), func(named [2]string) bool { return filepath.IsAbs(named[1]) && named[1] != other }) // of the machine
		slices.SortStableFunc(got, func(a, b [2]string) int { return slices.Compare(a[:1], b[:1]) })
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: %q, want %q", c.of, got, c.want)
		}
	}
}
