package tui

import (
	"regexp"
	"strings"
	"time"

	"firstaid/diagnostics"
	"firstaid/tui/widget"
)

// sixteen is the one theme: twelve roles over the terminal's own 16 colours,
// which its owner has made readable on a light or a dark ground.
func sixteen() *widget.Palette {
	return &widget.Palette{
		Strong: "1", Dim: "2", Accent: "36", Select: "7", Match: "1;4",
		Border: "2", Focus: "1;36", Error: "1;31", Warn: "33", Good: "32", Note: "36", Code: "35",
	}
}

// plainTheme is for NO_COLOR: weight, underline and reverse only.
func plainTheme() *widget.Palette {
	return &widget.Palette{Strong: "1", Dim: "2", Select: "7", Match: "1;4", Border: "2", Focus: "1", Error: "1", Accent: "4"}
}

// theme follows https://no-color.org: any value of NO_COLOR but the empty one
// turns colour off.
func theme(getenv func(string) string) *widget.Palette {
	if getenv("NO_COLOR") != "" || getenv("TERM") == "dumb" {
		return plainTheme()
	}
	return sixteen()
}

// unicodeTerminal reports whether the locale says that the terminal shows
// UTF-8.
func unicodeTerminal(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := getenv(name); v != "" {
			v = strings.ToLower(v)
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return true // nothing said: macOS's and Windows' terminals show UTF-8
}

// asciiGlyphs replaces what the screen itself draws, cell by cell, for a
// terminal that shows no UTF-8. Quoted text stays as it is.
var asciiGlyphs = strings.NewReplacer(
	"┏", "+", "┓", "+", "┗", "+", "┛", "+", "━", "=", "┃", "|",
	"╭", "+", "╮", "+", "╰", "+", "╯", "+", "─", "-", "│", "|", "▌", ">", "…", ".",
	"✖", "x", "▲", "!", "●", "o", "✔", "+", "▸", ">", "▾", "v", "→", ">", "└", "`", "·", "-", "—", "-", "↻", "~", "×", "x",
	"▁", "_", "▂", "_", "▃", ".", "▄", ".", "▅", "=", "▆", "=", "▇", "#", "█", "#",
)

// severityGlyph tells severities apart without colour.
func severityGlyph(s diagnostics.Severity) string {
	switch s {
	case diagnostics.Error:
		return "✖"
	case diagnostics.Warning:
		return "▲"
	default:
		return "●"
	}
}

func severityStyle(p *widget.Palette, s diagnostics.Severity) widget.Style {
	switch s {
	case diagnostics.Error:
		return p.Error
	case diagnostics.Warning:
		return p.Warn
	default:
		return p.Note
	}
}

// statusGlyph tells apart the states that CloudFormation reports.
func statusGlyph(p *widget.Palette, status string) string {
	switch {
	case strings.HasSuffix(status, "_FAILED") || status == "FAILED":
		return p.Error.Paint("✖")
	case strings.Contains(status, "ROLLBACK"):
		return p.Warn.Paint("▲")
	case strings.HasSuffix(status, "_IN_PROGRESS"):
		return p.Note.Paint("…")
	case strings.HasPrefix(status, "DELETE_COMPLETE"):
		return p.Dim.Paint("·")
	default:
		return p.Good.Paint("✔")
	}
}

// What a headline does without; the whole of it stands in the explanation.
var (
	arns     = regexp.MustCompile(`arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:[0-9*]*:([^\s"',;]+)`)
	sessions = regexp.MustCompile(`assumed-role/([\w+=,.@-]+)/[A-Za-z0-9_+=,.@-]+`)
	endings  = regexp.MustCompile(`\b(role [\w+=,.@-]+?)-[A-Z0-9]{11,13}\b`) // that CloudFormation gives the roles it names
	registry = regexp.MustCompile(`[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/`)
)

// short leaves of each ARN in a sentence what it names, of a session its role
// and of an image its repository.
func short(sentence string) string {
	sentence = arns.ReplaceAllString(sentence, "$1")
	sentence = sessions.ReplaceAllString(sentence, "role $1")
	sentence = endings.ReplaceAllString(sentence, "$1")
	return registry.ReplaceAllString(sentence, "")
}

// clock draws times in one zone.
type clock struct{ zone *time.Location }

func (c clock) time(t time.Time) string {
	if t.IsZero() {
		return "        "
	}
	return t.In(c.zone).Format("15:04:05")
}

func (c clock) stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(c.zone).Format("2006-01-02 15:04:05 MST")
}

// brief is the hour of today, and the day too of another.
func (c clock) brief(t time.Time) string {
	t = t.In(c.zone)
	if now := time.Now().In(c.zone); t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04")
	}
	return t.Format("2006-01-02 15:04")
}

func (c clock) milli(t time.Time) string {
	if t.IsZero() {
		return "            "
	}
	return t.In(c.zone).Format("15:04:05.000")
}

// age says how long ago t was at the time now, in one unit.
func age(now, t time.Time) string {
	d := now.Sub(t)
	switch {
	case t.IsZero() || now.IsZero():
		return ""
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return d.Truncate(time.Minute).String()[:len(d.Truncate(time.Minute).String())-2]
	case d < 48*time.Hour:
		return itoa(int(d.Hours())) + "h"
	default:
		return itoa(int(d.Hours()/24)) + "d"
	}
}
