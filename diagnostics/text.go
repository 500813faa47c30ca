package diagnostics

// Lang is a language that firstaid speaks.
type Lang string

// The languages that explanations exist in.
const (
	English Lang = "en"
	Korean  Lang = "ko"
)

// Text is a sentence in every language firstaid speaks. Evidence is never a
// Text: it is quoted as it was found.
type Text struct {
	En string `json:"en" yaml:"en"`
	Ko string `json:"ko,omitempty" yaml:"ko,omitempty"`
}

// In returns the text in a language, or in English where there is no
// translation.
func (t Text) In(l Lang) string {
	if l == Korean && t.Ko != "" {
		return t.Ko
	}
	return t.En
}

// IsZero reports whether there is no text at all.
func (t Text) IsZero() bool { return t.En == "" && t.Ko == "" }
