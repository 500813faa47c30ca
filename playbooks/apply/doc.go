// Package apply is the only writer: it turns a plan into changed files and AWS
// calls, keeps a journal, and takes changes back.
//
// The journal is written ahead. An entry with every Before and After is on
// disk before the first step starts, so that after a kill at any moment the
// journal and the world together say what was done: a step whose live value
// equals After took effect, one whose live value equals Before did not.
package apply
