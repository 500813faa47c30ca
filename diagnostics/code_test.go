package diagnostics

import "testing"

// FuzzCodeShapes: what lines must hold never keeps a pattern from matching.
func FuzzCodeShapes(f *testing.F) {
	for _, s := range []string{
		`/Task timed out after .*seconds/i,`, `error: .*timed out.*`, `(?i)denied`, `\d+ items`, `.+?x`, `[^"]+`,
		`if (strings.Contains(msg, "timed out")) {`, `  isinstance(e, TimeoutError)`, `class TimeoutError extends Error`,
		`expect(message).toContain("denied")`, "logger.error(`denied`", `grep -r 'denied' .`, `if "denied" in str(e):`, `x == 'denied'`, `x != "denied"`,
		`throw new TimeoutError("x")`, `case "denied":`, `f("task %d timed out", 3)`, `print(f"{x} denied")`, `"denied" +`, `"denied" \`,
		`|| "denied"`, `&& x.y("denied")`, `  "documentation": "x"`, `raise Timeout()`, `=== x`, `r"""denied`, `  - 'denied'`, `  'denied',`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		for _, shape := range codeLine {
			if shape.pattern.MatchString(line) && !shape.matches(line) {
				t.Errorf("%q does not hold one of %q, but is %s", line, shape.holds, shape.pattern)
			}
		}
	})
}
