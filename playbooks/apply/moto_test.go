package apply

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"firstaid/diagnostics"
	"firstaid/diagnostics/collect/emulatortest"
	"firstaid/playbooks"
)

const lambdaMayRead = `{"Statement":[{"Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"],"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Sid":"Lambda"}],"Version":"2012-10-17"}`

// A repository with its policy is made for real and taken back for real.
func TestARepositoryIsMadeAndTakenBackOnMoto(t *testing.T) {
	e := emulatortest.Moto(t)
	tr := project(t, nil)
	tr.Live = NewAWS(e.Config())
	of := diagnostics.Ref{Kind: diagnostics.KindRepository, ID: "orders"}
	name := map[string]any{"RepositoryName": "orders"}
	create := playbooks.Call{
		Of: of, Service: "ecr", Operation: "CreateRepository", Field: "repository", After: "orders", Args: name,
		Undo: &playbooks.Call{Of: of, Service: "ecr", Operation: "DeleteRepository", Args: name},
	}
	policy := playbooks.Call{
		Of: of, Service: "ecr", Operation: "SetRepositoryPolicy", Field: "repositoryPolicy", After: lambdaMayRead,
		Args: map[string]any{"RepositoryName": "orders", "PolicyText": lambdaMayRead},
		Undo: &playbooks.Call{Of: of, Service: "ecr", Operation: "DeleteRepositoryPolicy", Args: name},
	}
	r, err := tr.Apply(t.Context(), plan(create, policy))
	if err != nil {
		t.Fatal(err)
	}
	client := ecr.NewFromConfig(e.Config())
	got, err := client.GetRepositoryPolicy(t.Context(), &ecr.GetRepositoryPolicyInput{RepositoryName: aws.String("orders")})
	if err != nil || playbooks.CanonicalJSON(aws.ToString(got.PolicyText)) != lambdaMayRead {
		t.Fatalf("the policy is %v, %v", got, err)
	}
	if _, err := tr.Undo(t.Context(), r.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := client.DescribeRepositories(t.Context(), &ecr.DescribeRepositoriesInput{RepositoryNames: []string{"orders"}}); !absent(err) {
		t.Errorf("taken back, the repository answers %v", err)
	}
}

// A role's policy is put and removed for real, and never over what somebody
// else wrote there since.
func TestARolePolicyIsGuardedOnMoto(t *testing.T) {
	e := emulatortest.Moto(t)
	ctx, client := context.Background(), iam.NewFromConfig(e.Config())
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	if _, err := client.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("FnRole"), AssumeRolePolicyDocument: aws.String(trust)}); err != nil {
		t.Fatal(err)
	}
	tr := project(t, nil)
	tr.Live = NewAWS(e.Config())
	grant := `{"Statement":[{"Action":"dynamodb:PutItem","Effect":"Allow","Resource":"arn:aws:dynamodb:us-east-1:123456789012:table/orders"}],"Version":"2012-10-17"}`
	of := diagnostics.Ref{Kind: diagnostics.KindRole, ID: "FnRole"}
	names := map[string]any{"RoleName": "FnRole", "PolicyName": "firstaid"}
	put := playbooks.Call{
		Of: of, Service: "iam", Operation: "PutRolePolicy", Field: "rolePolicy", After: grant,
		Args: map[string]any{"RoleName": "FnRole", "PolicyName": "firstaid", "PolicyDocument": grant},
		Undo: &playbooks.Call{Of: of, Service: "iam", Operation: "DeleteRolePolicy", Args: names},
	}
	r, err := tr.Apply(t.Context(), plan(put))
	if err != nil {
		t.Fatal(err)
	}
	if live, err := tr.Live.Value(ctx, put); err != nil || live != grant {
		t.Fatalf("the role has %q, %v", live, err)
	}

	other := `{"Statement":[{"Action":"s3:GetObject","Effect":"Allow","Resource":"arn:aws:s3:::reports/*"}],"Version":"2012-10-17"}`
	theirs := &iam.PutRolePolicyInput{RoleName: aws.String("FnRole"), PolicyName: aws.String("firstaid"), PolicyDocument: aws.String(other)}
	if _, err := client.PutRolePolicy(ctx, theirs); err != nil {
		t.Fatal(err)
	}
	var drift *DriftError
	if _, err := tr.Undo(ctx, r.ID); !errors.As(err, &drift) {
		t.Errorf("undo over another's change: %v", err)
	}
	if _, err := tr.Apply(ctx, plan(put)); !errors.As(err, &drift) {
		t.Errorf("apply over another's change: %v", err)
	}
	if live, _ := tr.Live.Value(ctx, put); live != other {
		t.Errorf("the other's policy became %q", live)
	}

	theirs.PolicyDocument = aws.String(grant)
	if _, err := client.PutRolePolicy(ctx, theirs); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Undo(ctx, r.ID); err != nil {
		t.Fatal(err)
	}
	if live, err := tr.Live.Value(ctx, put); err != nil || live != "" {
		t.Errorf("taken back, the role has %q, %v", live, err)
	}
}
