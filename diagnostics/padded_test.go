package diagnostics

import (
	"strings"
	"testing"
)

func TestMessagesCutToABoxAreWhole(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"words cut in two": {
			"    Resource handler returned message: \"Error occurred during operation 'E      \n" +
				"    CS Deployment Circuit Breaker was triggered'.\" (RequestToken: 121161f9      \n" +
				"    -1c97-e3d5, HandlerErrorCode: GeneralServiceException)\n",
			"Resource handler returned message: \"Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'.\" (RequestToken: 121161f9-1c97-e3d5, HandlerErrorCode: GeneralServiceException)",
		},
		"a cut at a blank": {
			"  Source image 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop does not           \n" +
				"   exist. Provide a valid source image.",
			"Source image 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop does not exist. Provide a valid source image.",
		},
		"lines of their own": {
			"CREATE_FAILED: PayLambdaFunction (AWS::Lambda::Function)          \nfails here",
			"CREATE_FAILED: PayLambdaFunction (AWS::Lambda::Function) fails here",
		},
	} {
		if got := Normalize(c.text); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
	if got := Clean(strings.Repeat("  a line that is padded and much the same as others     \n", 3000)); got == "" {
		t.Error("a long table is gone")
	}
}

func TestCommentSignsWithoutABlankAreTakenOff(t *testing.T) {
	text := "#Resource handler returned message: \"The repository\n#cannot be deleted because it still contains images\"\n"
	want := "Resource handler returned message: \"The repository cannot be deleted because it still contains images\""
	if got := Normalize(text); got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
	pointers := "#/Runtime: failed validation\n#/Role: failed validation"
	if got := Normalize(pointers); got != "#/Runtime: failed validation #/Role: failed validation" {
		t.Errorf("pointers became %q", got)
	}
}

func TestTheTextOfAMacroCallIsCode(t *testing.T) {
	text := "    format!(\n        \"Value '{}' at 'role' failed to satisfy\",\n        role,\n    )"
	if got := strings.TrimSpace(WithoutCode(text)); got != ")" {
		t.Errorf("left: %q", got)
	}
}

func TestTheArgumentOfAReturnedCallIsCode(t *testing.T) {
	text := "    return { error: errors.InvalidArgument.customizeDescription(\n        'Unable to validate it') };\n}"
	if got := strings.TrimSpace(WithoutCode(text)); got != "}" {
		t.Errorf("left: %q", got)
	}
}

func TestTextsInsideSourceCodeAreCode(t *testing.T) {
	for text, want := range map[string]string{
		"    other = not transport.failed(\n        1, \"api error AccessDenied\")\nx":             "x",
		"    body: JSON.stringify({\n      message: 'Missing Authentication Token',\n    }),\n":    "}),",
		"\t\tc.JSON(401, gin.H{\"message\": \"Missing Authentication Token\"})\n":                  "",
		"        reason: Some(\"Service already exists\".into()),\n":                               "",
		"        kprintf(WARN \"Invalid ELF header\\n\");":                                         `");`,
		"opensearchpy.exceptions.AuthorizationException(403, 'no permissions for [indices:data]')": "opensearchpy.exceptions.AuthorizationException(403, 'no permissions for [indices:data]')",
	} {
		if got := strings.TrimSpace(WithoutCode(Clean(text))); got != want {
			t.Errorf("%q left %q", text, got)
		}
	}
}

func TestEscapedUnderlinesAreUnderlines(t *testing.T) {
	for text, want := range map[string]string{
		`ROLLBACK\_COMPLETE: it`:  "ROLLBACK_COMPLETE: it",
		`the module lambda\_main`: "the module lambda_main",
		`C:\_work`:                `C:\_work`,
	} {
		if got := Normalize(text); got != want {
			t.Errorf("%s became %s", text, got)
		}
	}
}

func TestACallWithAWrittenObjectIsCode(t *testing.T) {
	if line := `        _write({"ok": False, "errorType": "Runtime.MalformedHandlerName"})`; !IsCode(line) {
		t.Errorf("%q is code", line)
	}
	if line := `AuthorizationException(403, '{"Message":"User: anonymous is not authorized"}')`; IsCode(line) {
		t.Errorf("%q is what a program printed", line)
	}
}
