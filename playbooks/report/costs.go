package report

import (
	"fmt"
	"strings"

	"firstaid/diagnostics"
	"firstaid/playbooks"
	"firstaid/playbooks/cost"
)

// costs is what the functions cost, with its picture.
type costs struct {
	cost.Statement
	Picture costPicture
}

// costPicture draws a day of each function as a bar of its parts. Lengths are
// in the units of its view box.
type costPicture struct {
	Width, Height int
	Left          int
	Lines         []costLine
}

type costLine struct {
	Y, TextY int
	Label    string
	Parts    []costPart
	EndX     float64
	Money    string
}

// costPart is one kind of cost of a bar; Kind is its class and its word.
type costPart struct {
	Kind     string
	X, Width float64
	Money    string
}

// costKinds are the parts of a bill, in order.
var costKinds = []string{"duration", "requests", "provisioned", "storage"}

// newCosts states what the functions of a snapshot cost; nil where no metrics
// were read.
func newCosts(s *diagnostics.Snapshot) *costs {
	statement := state(s)
	if statement == nil {
		return nil
	}
	return &costs{*statement, drawCosts(statement.Lines)}
}

func state(s *diagnostics.Snapshot) *cost.Statement {
	usages := cost.Measure(s)
	prices, err := cost.Default()
	if err != nil || len(usages) == 0 {
		return nil // a test of the cost package rules the error out
	}
	tasks := cost.SmallTask(usages[0].Architecture)
	out := prices.State(usages, playbooks.CostAlarm, &tasks)
	return &out
}

// text is the statement as the cost command prints it.
func (c *costs) text(lang diagnostics.Lang) string {
	var b strings.Builder
	if err := c.Write(&b, lang); err != nil {
		return err.Error() // a Builder does not fail
	}
	return cleanBlock(b.String())
}

// CostKinds are the parts of a bill, in the order of the picture.
func (v *view) CostKinds() []string { return costKinds }

// Rows are the cells of the statement's table, the total last.
func (c *costs) Rows() [][]string {
	var rows [][]string
	for _, l := range c.Lines {
		rows = append(rows, []string{
			cleanLine(l.Function), fmt.Sprintf("%.0f", l.Requests), fmt.Sprintf("%.0f", l.GBSeconds),
			dollars(l.Provisioned), dollars(l.Day), dollars(l.Day * cost.Month),
		})
	}
	return append(rows, []string{"Σ", "", "", "", dollars(c.PerDay), dollars(c.PerDay * cost.Month)})
}

// Tips are the statement's advice in words.
func (c *costs) Tips(lang string) []string {
	var list []string
	for _, t := range c.Advice() {
		list = append(list, cleanLine(t.In(diagnostics.Lang(lang))))
	}
	return list
}

func drawCosts(lines []cost.Line) costPicture {
	p := costPicture{Width: pictureWidth, Left: labelWidth, Height: len(lines)*lineHeight + 6}
	most := 0.01
	for _, l := range lines {
		most = max(most, l.Day)
	}
	scale := (pictureWidth - labelWidth - 1.6*rightMargin) / most
	for i, l := range lines {
		y := i * lineHeight
		out := costLine{Y: y + 3, TextY: y + 15, Label: fit(cleanLine(l.Function), 36), Money: dollars(l.Day)}
		x := float64(labelWidth)
		for n, money := range []float64{l.Duration, l.Request, l.Provisioned, l.Storage} {
			if width := round(money * scale); width > 0 {
				out.Parts = append(out.Parts, costPart{Kind: costKinds[n], X: round(x), Width: width, Money: dollars(money)})
				x += width
			}
		}
		out.EndX = round(x + 5)
		p.Lines = append(p.Lines, out)
	}
	return p
}

// Height of a bar, for the drawing.
func (costPicture) Bar() int { return lineHeight - 6 }

func dollars(v float64) string { return fmt.Sprintf("$%.2f", v) }
