//go:build unix

package apply

import (
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives the replaced file its owner back. Only root may give files
// away; for anybody else the owner is the same already, or cannot be kept.
func keepOwner(root *os.Root, name string, info fs.FileInfo) {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		_ = root.Chown(name, int(s.Uid), int(s.Gid))
	}
}
