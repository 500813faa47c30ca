// Package diagnostics is the vocabulary of firstaid: what was seen (Snapshot)
// and what is wrong (Finding). It imports the standard library only; it knows
// neither AWS nor a terminal.
//
// Fields of the snapshot carry the names that the AWS API gives them
// (StackStatusReason, EvalDecision, ...), so that a saved incident can be read
// beside the API reference.
package diagnostics
