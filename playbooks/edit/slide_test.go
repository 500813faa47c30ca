package edit

import (
	"strings"
	"testing"

	"github.com/aymanbagabas/go-udiff"
)

// A list's new entry reads as an entry, not as the end of one and the head of
// the next; what is removed reads the same way.
func TestDiffShowsWholeBlocks(t *testing.T) {
	const one = `      Policies:
        - DynamoDBReadPolicy:
            TableName: !Ref Table
      Events:
`
	const two = `      Policies:
        - DynamoDBReadPolicy:
            TableName: !Ref Table
        - DynamoDBWritePolicy:
            TableName: !Ref Table
      Events:
`
	for _, c := range []struct{ before, after, want string }{
		{one, two, "+        - DynamoDBWritePolicy:\n+            TableName: !Ref Table\n       Events:\n"},
		{two, one, "-        - DynamoDBWritePolicy:\n-            TableName: !Ref Table\n       Events:\n"},
	} {
		if got := Diff("t", []byte(c.before), []byte(c.after)); !strings.HasSuffix(got, c.want) {
			t.Errorf("got\n%swant the end\n%s", got, c.want)
		}
	}
}

// Wherever a change is shown, it is the same change.
func FuzzLines(f *testing.F) {
	f.Add("a\nb\nb\nc\n", "a\nb\nb\nb\nc")
	f.Add("a\n  b\nc\n  b\n", "a\n  b\n")
	f.Add("", "a\n\na\n")
	f.Add("x\n\ny\n\nz\n", "y\n\nz\n\nx\n\ny\n")
	f.Fuzz(func(t *testing.T, before, after string) {
		got, err := udiff.Apply(before, Lines(before, after))
		if err != nil || got != after {
			t.Fatalf("%q, %v, want %q", got, err, after)
		}
	})
}
