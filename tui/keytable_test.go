package tui

import (
	"context"
	"fmt"
	"strings"
)

// KeyTable prints every key as Markdown, from the same data that the screen
// dispatches on. The README holds its output.
func KeyTable() string {
	a := New(context.Background(), Options{})
	defer a.quit()
	var b strings.Builder
	b.WriteString("| Key | Does |\n|---|---|\n")
	fmt.Fprintf(&b, "| `1`…`%d` | go to the pane with that number: %s |\n", paneCount, strings.Join(paneNames[:], ", "))
	keyRows(&b, a.global())
	shared := map[string]bool{}
	for _, k := range moveKeys(&a.events.list) {
		shared[k.Verb] = true
	}
	keyRows(&b, moveKeys(&a.events.list))
	for id, p := range a.panes {
		var own []Key
		for _, k := range p.Keys() {
			if !shared[k.Verb] {
				own = append(own, k)
			}
		}
		if len(own) > 0 {
			fmt.Fprintf(&b, "\n**%s**\n\n| Key | Does |\n|---|---|\n", paneNames[id])
			keyRows(&b, own)
		}
	}
	return b.String()
}

func keyRows(b *strings.Builder, keys []Key) {
	for _, k := range keys {
		names := make([]string, len(k.Keys))
		for i, key := range k.Keys {
			names[i] = "`" + keyName(key) + "`"
		}
		fmt.Fprintf(b, "| %s | %s |\n", strings.Join(names, " "), k.Help)
	}
}
