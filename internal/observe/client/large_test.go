package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/observe"
)

// TestLargePages: pods that somebody made large make pages smaller, and no pod is left
// out or counted twice. A single one that is too large is an error.
func TestLargePages(t *testing.T) {
	const pods = 1200
	largest := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limit, _ := strconv.Atoi(r.FormValue("limit"))
		from, _ := strconv.Atoi(r.FormValue("continue"))
		var items []observe.PodObject
		for i := from; i < min(from+limit, pods); i++ {
			o := observe.PodObject{}
			o.Metadata.Name = fmt.Sprintf("p%d", i)
			if i > 300 && i < 350 || i == largest {
				o.Metadata.Annotations = map[string]string{"x": strings.Repeat("x", 20_000)}
			}
			items = append(items, o)
		}
		next := ""
		if from+limit < pods {
			next = strconv.Itoa(from + limit)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"metadata": map[string]string{"continue": next}, "items": items})
	}))
	defer server.Close()
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	read := func(most int64) (names map[string]int, err error) {
		names = map[string]int{}
		a := &api{base: base, http: server.Client(), largest: most}
		return names, a.pods(t.Context(), everyPod, nil, metadataOnly, func(page []observe.PodObject) {
			for _, p := range page {
				names[p.Metadata.Name]++
			}
		}, func() { clear(names) })
	}
	for _, most := range []int64{1 << 20, 100_000, 25_000} {
		names, err := read(most)
		if err != nil || len(names) != pods {
			t.Errorf("at most %d bytes: %d pods, %v", most, len(names), err)
		}
		for name, times := range names {
			if times != 1 {
				t.Errorf("%s was read %d times", name, times)
			}
		}
	}
	if _, err := read(10_000); err == nil || !strings.Contains(err.Error(), "more than 10000 bytes") {
		t.Errorf("one pod that is too large: %v", err)
	}
}

// TestSpread: the pods of one namespace do not come before those of all others.
func TestSpread(t *testing.T) {
	var pods []observe.Pod
	for i := range 30 {
		pods = append(pods, observe.Pod{Namespace: "aaa", UID: fmt.Sprint("a", i)})
	}
	pods = append(pods, observe.Pod{Namespace: "shop", UID: "s"}, observe.Pod{Namespace: "web", UID: "w"})
	got := spread(pods)
	if len(got) != len(pods) || got[0].UID != "a0" || got[1].UID != "s" || got[2].UID != "w" || got[3].UID != "a1" {
		t.Errorf("%v", got[:4])
	}
}
