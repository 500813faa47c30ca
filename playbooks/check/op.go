package check

import "firstaid/playbooks/edit"

// op is short for the edits that mends are made of.
type op = edit.Op
