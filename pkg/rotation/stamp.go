package rotation

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// Stamp is the rollout stamp of a wave: the first 16 hex digits of SHA-256 over
//
//	<epoch, decimal> LF <bundle, PEM> LF <issuer chain, PEM> LF
//
// with both PEM texts in canonical form (LF, no newline at their end). The
// epoch makes every wave's stamp new, even one that returns to material of
// before; the material makes the stamps of two branches differ.
func Stamp(epoch int64, m Material) string {
	h := sha256.New()
	h.Write(strconv.AppendInt(nil, epoch, 10))
	h.Write([]byte("\n"))
	h.Write(m.Bundle.Marshal())
	h.Write([]byte("\n"))
	h.Write(m.Issuer.Marshal())
	h.Write([]byte("\n"))
	return hex.EncodeToString(h.Sum(nil)[:8])
}
