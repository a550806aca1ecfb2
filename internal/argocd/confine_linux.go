package argocd

import (
	"runtime"
	"syscall"
)

// limitResources bounds what this process and those that it starts may use. The
// kernel counts written private memory as data, and refuses more of it. The
// limit of processor time ends what outlives this process and its parent.
func limitResources(l limits) {
	seconds := uint64(l.time.Seconds()+1) * uint64(max(2, runtime.NumCPU()))
	for resource, value := range map[int]uint64{
		syscall.RLIMIT_DATA: uint64(l.memory),
		syscall.RLIMIT_CPU:  seconds,
		syscall.RLIMIT_CORE: 0,
	} {
		var now syscall.Rlimit
		if syscall.Getrlimit(resource, &now) == nil {
			value = min(value, now.Max) // a limit can only be lowered
			_ = syscall.Setrlimit(resource, &syscall.Rlimit{Cur: value, Max: value})
		}
	}
}
