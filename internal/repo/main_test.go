package repo

import (
	"os"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.OwnCache(m.Run)) }
