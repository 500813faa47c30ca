package tui

import (
	"encoding/json"
	"strings"
	"unicode"

	"github.com/aymanbagabas/go-udiff"

	"firstaid/playbooks"
	"firstaid/tui/widget"
)

// commandLine is the aws command that makes the same call. Arguments go in as
// one JSON document, which the AWS CLI takes by the API's own field names.
func commandLine(c playbooks.Call) string {
	args, err := json.Marshal(c.Args)
	if err != nil {
		args = []byte("{}")
	}
	return "aws " + cliService(c.Service) + " " + kebab(c.Operation) + " --cli-input-json " + shellQuote(string(args))
}

// cliService is the AWS CLI's name of an SDK service id.
func cliService(id string) string {
	switch id {
	case "cloudwatchlogs":
		return "logs"
	case "applicationautoscaling":
		return "application-autoscaling"
	default:
		return id
	}
}

// kebab turns PutRolePolicy into put-role-policy.
func kebab(operation string) string {
	var b strings.Builder
	for i, r := range operation {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// shellQuote makes s one word for a POSIX shell.
func shellQuote(s string) string {
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_./:=@%+,", r)
	}) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func quoteArgv(argv []string) string {
	words := make([]string, len(argv))
	for i, a := range argv {
		words[i] = shellQuote(a)
	}
	return strings.Join(words, " ")
}

// planText is a plan for copying: patches, command lines, sentences.
func planText(p playbooks.Plan) string {
	var parts []string
	for _, s := range p.Fix.Steps {
		switch s := s.(type) {
		case playbooks.FileEdit:
			parts = append(parts, udiff.Unified("a/"+s.Path, "b/"+s.Path, s.Before, s.After))
		case playbooks.Call:
			parts = append(parts, commandLine(s))
		case playbooks.Run:
			parts = append(parts, quoteArgv(s.Argv))
		case playbooks.Manual:
			parts = append(parts, widget.Clean(s.Do.En))
		}
	}
	return strings.Join(parts, "\n")
}
