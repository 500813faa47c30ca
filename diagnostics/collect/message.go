package collect

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"firstaid/diagnostics"
	"firstaid/diagnostics/denial"
)

// maxMessages is how many encoded authorization messages are decoded: their
// texts can be written by anybody.
const maxMessages = 20

// Decode has STS decode an authorization message. The error is an *Error; a
// message that was cut off cannot be decoded.
func (c *Collector) Decode(ctx context.Context, encoded string) (string, error) {
	out, err := c.sts.DecodeAuthorizationMessage(ctx, &sts.DecodeAuthorizationMessageInput{EncodedMessage: aws.String(encoded)})
	if err != nil {
		return "", c.explain(err)
	}
	return aws.ToString(out.DecodedMessage), nil
}

// decodeMessages decodes what EC2 and others put behind their refusals. Where
// the permission is missing, nothing is asked twice.
func (r *reading) decodeMessages(ctx context.Context) {
	r.mu.Lock()
	texts := failureTexts(&r.snap)
	r.mu.Unlock()
	var encoded []string
	for _, text := range texts {
		for _, d := range denial.Parse(text) {
			if d.EncodedMessage != "" && !d.Doubtful(denial.Truncated) && len(encoded) < maxMessages {
				encoded = appendNew(encoded, d.EncodedMessage)
			}
		}
	}
	for _, m := range encoded {
		of := diagnostics.Ref{Kind: diagnostics.KindMessage}
		decoded, err := r.Decode(ctx, m)
		if err != nil {
			r.unread(of, "DecodeAuthorizationMessage", "sts", err)
			if problemOf(err) == Denied {
				return
			}
			continue
		}
		r.change(func(s *diagnostics.Snapshot) {
			s.Messages = append(s.Messages, diagnostics.AuthorizationMessage{Encoded: m, Decoded: decoded})
		})
	}
}
