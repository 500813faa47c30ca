package apply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"

	"firstaid/playbooks"
)

// AWS is the live side of a transaction: the account that a configuration
// leads to. It can do what its table lists and nothing else.
type AWS struct {
	iam    *iam.Client
	ecr    *ecr.Client
	cfn    *cloudformation.Client
	lambda *lambda.Client
}

// NewAWS uses the credentials, region and endpoint of a configuration.
func NewAWS(cfg aws.Config) *AWS {
	return &AWS{iam: iam.NewFromConfig(cfg), ecr: ecr.NewFromConfig(cfg), cfn: cloudformation.NewFromConfig(cfg), lambda: lambda.NewFromConfig(cfg)}
}

// sender makes one call from its arguments in JSON, by API field names.
type sender func(ctx context.Context, a *AWS, args []byte) error

// reader reads one live value, "" when it is absent.
type reader func(ctx context.Context, a *AWS, args map[string]any) (string, error)

// operations is everything that firstaid can change, by service and operation,
// with the IAM action that it needs.
var operations = map[string]sender{
	"cloudformation ContinueUpdateRollback": send((*AWS).continueUpdateRollback),
	"cloudformation DeleteStack":            send((*AWS).deleteStack),
	"cloudformation RollbackStack":          send((*AWS).rollbackStack),
	"ecr CreateRepository":                  send((*AWS).createRepository),
	"ecr DeleteRepository":                  send((*AWS).deleteRepository),
	"ecr DeleteRepositoryPolicy":            send((*AWS).deleteRepositoryPolicy),
	"ecr SetRepositoryPolicy":               send((*AWS).setRepositoryPolicy),
	"iam DeleteRolePolicy":                  send((*AWS).deleteRolePolicy),
	"iam PutRolePolicy":                     send((*AWS).putRolePolicy),
	"iam UpdateAssumeRolePolicy":            send((*AWS).updateAssumeRolePolicy),
	"lambda UpdateAlias":                    send((*AWS).updateAlias),
}

// fields is everything that a call's Before and After can speak of.
var fields = map[string]reader{
	"repository":       readRepository,
	"repositoryPolicy": readRepositoryPolicy,
	"rolePolicy":       readRolePolicy,
	"trustPolicy":      readTrustPolicy,
	"aliasRouting":     readAliasRouting,
}

// Operations lists "service Operation" of every call that can be sent, in
// order.
func Operations() []string {
	var list []string
	for name := range operations {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

func send[In any](call func(*AWS, context.Context, *In) error) sender {
	return func(ctx context.Context, a *AWS, args []byte) error {
		var in In
		if err := json.Unmarshal(args, &in); err != nil {
			return err
		}
		return call(a, ctx, &in)
	}
}

// Send makes the call. An operation that is not in the table is refused.
func (a *AWS) Send(ctx context.Context, c playbooks.Call) error {
	do, ok := operations[c.Service+" "+c.Operation]
	if !ok {
		return fmt.Errorf("firstaid does not make the call %s:%s", c.Service, c.Operation)
	}
	args, err := json.Marshal(c.Args)
	if err != nil {
		return err
	}
	if err := do(ctx, a, args); err != nil {
		return fmt.Errorf("%s %s: %w", c.Service, c.Operation, err)
	}
	return nil
}

// Value reads the live value that a call is about.
func (a *AWS) Value(ctx context.Context, c playbooks.Call) (string, error) {
	read, ok := fields[c.Field]
	if !ok {
		return "", fmt.Errorf("firstaid cannot read the field %q", c.Field)
	}
	return read(ctx, a, c.Args)
}

func (a *AWS) continueUpdateRollback(ctx context.Context, in *cloudformation.ContinueUpdateRollbackInput) error {
	_, err := a.cfn.ContinueUpdateRollback(ctx, in)
	return err
}

func (a *AWS) deleteStack(ctx context.Context, in *cloudformation.DeleteStackInput) error {
	_, err := a.cfn.DeleteStack(ctx, in)
	return err
}

func (a *AWS) rollbackStack(ctx context.Context, in *cloudformation.RollbackStackInput) error {
	_, err := a.cfn.RollbackStack(ctx, in)
	return err
}

func (a *AWS) createRepository(ctx context.Context, in *ecr.CreateRepositoryInput) error {
	_, err := a.ecr.CreateRepository(ctx, in)
	return err
}

// deleteRepository never forces: a repository with images in it stays.
func (a *AWS) deleteRepository(ctx context.Context, in *ecr.DeleteRepositoryInput) error {
	in.Force = false
	_, err := a.ecr.DeleteRepository(ctx, in)
	return err
}

func (a *AWS) deleteRepositoryPolicy(ctx context.Context, in *ecr.DeleteRepositoryPolicyInput) error {
	_, err := a.ecr.DeleteRepositoryPolicy(ctx, in)
	return err
}

func (a *AWS) setRepositoryPolicy(ctx context.Context, in *ecr.SetRepositoryPolicyInput) error {
	_, err := a.ecr.SetRepositoryPolicy(ctx, in)
	return err
}

func (a *AWS) deleteRolePolicy(ctx context.Context, in *iam.DeleteRolePolicyInput) error {
	_, err := a.iam.DeleteRolePolicy(ctx, in)
	return err
}

func (a *AWS) putRolePolicy(ctx context.Context, in *iam.PutRolePolicyInput) error {
	_, err := a.iam.PutRolePolicy(ctx, in)
	return err
}

func (a *AWS) updateAssumeRolePolicy(ctx context.Context, in *iam.UpdateAssumeRolePolicyInput) error {
	_, err := a.iam.UpdateAssumeRolePolicy(ctx, in)
	return err
}

func (a *AWS) updateAlias(ctx context.Context, in *lambda.UpdateAliasInput) error {
	_, err := a.lambda.UpdateAlias(ctx, in)
	return err
}

// argument is a string argument of a call.
func argument(args map[string]any, name string) *string {
	s, ok := args[name].(string)
	if !ok || s == "" {
		return nil
	}
	return &s
}

func readRepository(ctx context.Context, a *AWS, args map[string]any) (string, error) {
	name := argument(args, "RepositoryName")
	if name == nil {
		return "", errors.New("the call names no repository")
	}
	out, err := a.ecr.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{RepositoryNames: []string{*name}, RegistryId: argument(args, "RegistryId")})
	if absent(err) || err == nil && len(out.Repositories) == 0 {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return aws.ToString(out.Repositories[0].RepositoryName), nil
}

func readRepositoryPolicy(ctx context.Context, a *AWS, args map[string]any) (string, error) {
	out, err := a.ecr.GetRepositoryPolicy(ctx, &ecr.GetRepositoryPolicyInput{RepositoryName: argument(args, "RepositoryName"), RegistryId: argument(args, "RegistryId")})
	if absent(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return playbooks.CanonicalJSON(aws.ToString(out.PolicyText)), nil
}

func readRolePolicy(ctx context.Context, a *AWS, args map[string]any) (string, error) {
	out, err := a.iam.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: argument(args, "RoleName"), PolicyName: argument(args, "PolicyName")})
	if absent(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	document := aws.ToString(out.PolicyDocument)
	if plain, err := url.QueryUnescape(document); err == nil {
		document = plain // IAM answers URL-encoded
	}
	return playbooks.CanonicalJSON(document), nil
}

func readTrustPolicy(ctx context.Context, a *AWS, args map[string]any) (string, error) {
	out, err := a.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: argument(args, "RoleName")})
	if absent(err) {
		return "", nil
	}
	if err != nil || out.Role == nil {
		return "", err
	}
	document := aws.ToString(out.Role.AssumeRolePolicyDocument)
	if plain, err := url.PathUnescape(document); err == nil {
		document = plain // IAM answers URL-encoded
	}
	return playbooks.CanonicalJSON(document), nil
}

func readAliasRouting(ctx context.Context, a *AWS, args map[string]any) (string, error) {
	out, err := a.lambda.GetAlias(ctx, &lambda.GetAliasInput{FunctionName: argument(args, "FunctionName"), Name: argument(args, "Name")})
	if err != nil {
		return "", err
	}
	if out.RoutingConfig == nil || len(out.RoutingConfig.AdditionalVersionWeights) == 0 {
		return "", nil
	}
	text, err := json.Marshal(out.RoutingConfig.AdditionalVersionWeights)
	return string(text), err
}

// absent reports whether an error says that the thing does not exist.
func absent(err error) bool {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	return slices.Contains([]string{"NoSuchEntity", "RepositoryNotFoundException", "RepositoryPolicyNotFoundException", "ResourceNotFoundException"}, api.ErrorCode())
}
