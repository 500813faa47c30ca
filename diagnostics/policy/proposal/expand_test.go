package proposal

import (
	"slices"
	"testing"
)

func TestPolicyTemplatesAreWrittenOut(t *testing.T) {
	grants, ok := Expand("DynamoDBReadPolicy", map[string]string{"TableName": "${Orders}"})
	want := []string{
		"arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}",
		"arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}/index/*",
	}
	if !ok || len(grants) != 1 || !slices.Equal(grants[0].Resources, want) || !slices.Contains(grants[0].Actions, "dynamodb:GetItem") {
		t.Errorf("got %+v %v", grants, ok)
	}
	for name, parameters := range map[string]map[string]string{"DynamoDBReadPolicy": {"Table": "x"}, "NobodysPolicy": {}} {
		if grants, ok := Expand(name, parameters); ok {
			t.Errorf("%s with %v: got %+v", name, parameters, grants)
		}
	}
}
