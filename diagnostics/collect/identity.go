package collect

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"firstaid/diagnostics"
)

type identityAPI interface {
	GetCallerIdentity(context.Context, *sts.GetCallerIdentityInput, ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error)
	DecodeAuthorizationMessage(context.Context, *sts.DecodeAuthorizationMessageInput, ...func(*sts.Options)) (*sts.DecodeAuthorizationMessageOutput, error)
}

// Identity asks who the credentials belong to. The error is an *Error.
func (c *Collector) Identity(ctx context.Context) (diagnostics.Identity, error) {
	id := c.identity
	out, err := c.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return id, c.explain(err)
	}
	id.Account, id.Arn, id.UserID = aws.ToString(out.Account), aws.ToString(out.Arn), aws.ToString(out.UserId)
	if parts := strings.SplitN(id.Arn, ":", 3); len(parts) == 3 {
		id.Partition = parts[1]
	}
	return id, nil
}

func (r *reading) readIdentity(ctx context.Context) {
	id, err := r.Identity(ctx)
	r.change(func(s *diagnostics.Snapshot) { s.Identity = id })
	r.unread(diagnostics.Ref{Kind: diagnostics.KindIdentity}, "GetCallerIdentity", "sts", err)
}
