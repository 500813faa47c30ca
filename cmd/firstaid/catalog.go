package main

import (
	"fmt"
	"io"
	"path/filepath"
	"sync"

	"github.com/adrg/xdg"

	"firstaid/playbooks"
)

// projectPlaybooks is where a project keeps playbooks of its own.
var projectPlaybooks = filepath.Join(".firstaid", "playbooks")

// playbookFolders are where a user's playbooks are read from: the user's
// configuration, then the project in this folder.
func playbookFolders() []string {
	xdg.Reload() // the environment may have been set since the program began
	return []string{filepath.Join(xdg.ConfigHome, "firstaid", "playbooks"), projectPlaybooks}
}

// loadCatalog returns the built-in playbooks and the user's. A broken file of
// the user is named in a warning and changes nothing else.
func loadCatalog(warn io.Writer) (*playbooks.Catalog, error) {
	builtin, err := playbooks.Builtin()
	if err != nil {
		return nil, err
	}
	c, errs := playbooks.WithUser(builtin, playbookFolders()...)
	for _, err := range errs {
		fmt.Fprintf(warn, "firstaid: left out: %v\n", err)
	}
	return c, nil
}

// A loader loads the playbooks when they are first wanted: the screen's first
// frame does not wait for them.
type loader func() (*playbooks.Catalog, error)

func loadOnce(warn io.Writer) loader {
	return sync.OnceValues(func() (*playbooks.Catalog, error) { return loadCatalog(warn) })
}
