//go:build unix

package emulatortest

import (
	"os/exec"
	"syscall"
)

// ownGroup lets killGroup end the emulator together with the workers it starts.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
