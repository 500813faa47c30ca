//go:build !unix

package apply

import (
	"io/fs"
	"os"
)

// keepOwner does nothing where files have no owner of this kind.
func keepOwner(*os.Root, string, fs.FileInfo) {}
