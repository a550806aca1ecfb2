package chartphase

import "testing"

// TestCacheDirectory: without a home there is no cache, and no folder "l5d-pki-render" where we stand.
func TestCacheDirectory(t *testing.T) {
	for _, c := range []struct{ xdg, home, want string }{
		{"", "", ""},
		{"", "/h", "/h/.cache/l5d-pki-render/charts"},
		{"/x", "/h", "/x/l5d-pki-render/charts"},
		{"/x", "", "/x/l5d-pki-render/charts"},
	} {
		getenv := func(name string) string { return map[string]string{"XDG_CACHE_HOME": c.xdg, "HOME": c.home}[name] }
		if got := defaultCache(getenv); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
