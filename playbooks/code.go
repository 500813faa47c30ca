package playbooks

import "firstaid/diagnostics"

// A finder looks for one failure in a snapshot; see Playbook.Find.
type finder = func(*diagnostics.Snapshot) []diagnostics.Finding

// A fixer computes the fixes of one failure; see Playbook.Fixes.
type fixer = func(*diagnostics.Snapshot, diagnostics.Finding) []Fix

// finders lists the state checks by playbook id.
func finders() map[string]finder {
	return map[string]finder{
		"access-denied":                findDenied,
		"apigw-cloudwatch-role":        findMissingLogRole,
		"arm64-mismatch":               findArchitectureMismatch,
		"arn-substitution":             findUnsubstituted,
		"circular-dependency":          findCircles,
		"cors-missing-method":          findMissingMethod,
		"custom-resource-failed":       findFailedCustomResource,
		"custom-resource-timeout":      findSilentCustomResource,
		"ecr-missing":                  findMissingImage,
		"export-in-use":                findImporters,
		"invalid-runtime":              findRetiredRuntimes,
		"lambda-cost":                  findCost,
		"lambda-oom":                   findExhaustedMemory,
		"lambda-timeout":               findTimeouts,
		"missing-capabilities":         findMissingCapabilities,
		"passrole-assume-role":         findUntrustedRole,
		"payload-too-large-502":        findRefusedAnswers,
		"reserved-concurrency-minimum": findScarceConcurrency,
		"rollback-complete-stuck":      findStuckCreate,
		"s3-missing-key":               findMissingKey,
		"unresolved-reference":         findDangling,
		"update-rollback-failed":       findStuckRollback,
	}
}

// fixers lists the fixes by playbook id.
func fixers() map[string]fixer {
	return map[string]fixer{
		"access-denied":                  fixDenied,
		"alias-ordering":                 fixAlias,
		"arm64-mismatch":                 fixArchitecture,
		"arn-substitution":               fixUnsubstituted,
		"circular-dependency":            fixCircle,
		"cors-missing-method":            fixCORS,
		"custom-resource-timeout":        fixSilentCustomResource,
		"delete-failed-bucket-not-empty": fixUndeletable,
		"ecr-missing":                    fixMissingImage,
		"export-in-use":                  fixExport,
		"image-repositories-mapping":     fixImageRepositories,
		"lambda-cost":                    fixCost,
		"missing-capabilities":           fixCapabilities,
		"passrole-assume-role":           fixUntrusted,
		"payload-too-large-502":          fixPayload,
		"role-policies-ignored":          fixIgnoredPolicies,
		"rollback-complete-stuck":        fixStuckCreate,
		"s3-missing-key":                 fixMissingKey,
		"update-rollback-failed":         fixStuckRollback,
		"vpc-eni":                        fixInterface,
		"disk-full":                      fixDisk,
		"invalid-runtime":                fixRuntime,
		"lambda-oom":                     fixMemory,
		"lambda-timeout":                 fixTimeout,
		"reserved-concurrency-minimum":   fixConcurrency,
		"apigw-cloudwatch-role":          fixLogRole,
	}
}
