package denial

import "testing"

func TestAKnownFunctionNamesItsSession(t *testing.T) {
	const text = "User: arn:aws:sts::111122223333:assumed-role/shared-role/orders is not authorized to perform: sns:Publish"
	d := Parse(text)[0]
	if a := d.Who(); a.Kind != ActorRole || a.Ours != MaybeOurs {
		t.Errorf("without the stack's functions it is %+v", a)
	}
	a := d.Who("mail", "orders")
	if a.Kind != ActorFunction || a.Function != "orders" || a.Ours != IsOurs || a.Role != "shared-role" || !a.Modifiable {
		t.Errorf("with them it is %+v", a)
	}
}

func TestWhatCannotBeChangedSaysSo(t *testing.T) {
	for text, want := range map[string]ActorKind{
		"User: arn:aws:sts::1:assumed-role/AWSReservedSSO_Dev_0123/ana is not authorized to perform: sns:Publish":                 ActorSSO,
		"User: arn:aws:sts::1:assumed-role/AWSServiceRoleForLambda/x is not authorized to perform: sns:Publish":                   ActorServiceLinked,
		"User: arn:aws:iam::1:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX is not authorized to perform: sns:Publish": ActorServiceLinked,
		"User: anonymous is not authorized to perform: es:ESHttpGet":                                                              ActorAnonymous,
		"User: arn:aws:sts::1:federated-user/x is not authorized to perform: sns:Publish":                                         ActorFederated,
		"CloudWatch Alarms is not authorized to perform: sns:Publish":                                                             ActorService,
		"User: arn:aws:iam::1:root is not authorized to perform: sns:Publish on resource: arn:aws:sns:us-east-1:2:t":              ActorRoot,
	} {
		d := Parse(text)[0]
		a := d.Who()
		if a.Kind != want || a.Modifiable || a.Ours != NotOurs || a.Whose.En == "" || a.Whose.Ko == "" {
			t.Errorf("%s: %+v", text, a)
		}
	}
}

func TestHints(t *testing.T) {
	for _, c := range []struct {
		text        string
		missing     bool
		dependency  bool
		firstOfCall string
	}{
		{"An error occurred (AccessDenied) when calling the GetObject operation: User is not authorized to perform: s3:ListBucket on resource: \"arn:aws:s3:::b\"", true, false, "s3:GetObject"},
		{"An error occurred (AccessDenied) when calling the ListObjectsV2 operation: User is not authorized to perform: s3:ListBucket on resource: \"arn:aws:s3:::b\"", false, false, "s3:ListBucket"},
		{"An error occurred (AccessDenied) when calling the PutObject operation: User is not authorized to perform: kms:GenerateDataKey on this resource", false, true, "s3:PutObject"},
		{"An error occurred (AccessDeniedException) when calling the Decrypt operation: User is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:r:1:key/k", false, false, "kms:Decrypt"},
		{"User with accountId: 1 is not authorized to perform CreateLogGroup with Tags", false, false, "logs:CreateLogGroup"},
		{"User is not authorized to perform: kms:Decrypt (Service: Ssm, Status Code: 400)", false, true, ""},
	} {
		d := Parse(c.text)[0]
		if d.MissingKey() != c.missing || d.Dependency() != c.dependency {
			t.Errorf("%s: missing key %v, dependency %v", c.text, d.MissingKey(), d.Dependency())
		}
		first := ""
		if calls := d.Calls(); len(calls) > 0 {
			first = calls[0]
		}
		if first != c.firstOfCall {
			t.Errorf("%s: calls %v", c.text, d.Calls())
		}
	}
}

func TestConfidence(t *testing.T) {
	for text, want := range map[string]Confidence{
		"User: arn:aws:iam::1:user/a is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:r:1:q": High,
		"User is not authorized to perform: sqs:SendMessage":                                                       Medium,
		"User: * is not authorized to perform: sqs:SendMessage":                                                    Low,
		"User: arn:aws:iam::1:user/a is not authorized to perform: ѕqs:SendMessage on resource: *":                 Low,
		"An error occurred (AccessDenied) when calling the GetObject operation: Access Denied":                     Low,
		"User: arn:aws:iam::1:user/a is not authorized to perform: sqs:Sendmail on resource: arn:aws:sqs:r:1:q":    Medium,
	} {
		if d := Parse(text); len(d) != 1 || d[0].Confidence != want {
			t.Errorf("%s: %+v", text, d)
		}
	}
}
