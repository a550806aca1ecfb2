package child

import "syscall"

// Limit bounds what this process, and each that it starts, may use: written
// private memory in bytes (the kernel counts it as data), and seconds of processor time. It
// leaves no core dump, which could hold keys. A limit that is lower already stays.
func Limit(memory int64, seconds uint64) {
	collectBefore(memory)
	for resource, value := range map[int]uint64{
		syscall.RLIMIT_DATA: uint64(memory),
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
