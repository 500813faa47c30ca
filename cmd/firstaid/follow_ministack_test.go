package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"firstaid/diagnostics"
	"firstaid/diagnostics/collect/emulatortest"
	"firstaid/tui"
)

// What the screen follows and asks goes to the account that it reads: lines
// arrive while they are written, without their secrets, until nobody listens,
// and IAM's simulation answers for a call that nobody made.
func TestTheScreenFollowsAndAsksOnMinistack(t *testing.T) {
	e := emulatortest.Ministack(t)
	inProject(t, e, nil)
	const group = "/aws/lambda/followed"
	client := cloudwatchlogs.NewFromConfig(e.Config())
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if _, err := client.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(group)}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: aws.String(group), LogStreamName: aws.String("s")}); err != nil {
		t.Fatal(err)
	}
	go func() {
		for i := 0; ctx.Err() == nil; i++ {
			time.Sleep(300 * time.Millisecond)
			_, _ = client.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{
				LogGroupName: aws.String(group), LogStreamName: aws.String("s"),
				LogEvents: []types.InputLogEvent{{Timestamp: aws.Int64(time.Now().UnixMilli()), Message: aws.String(fmt.Sprintf("line %d password=hunter2hunter2", i))}},
			})
		}
	}()
	a, err := (&options{}).account(ctx, "any", ".")
	if err != nil {
		t.Fatal(err)
	}
	var got []diagnostics.LogEvent
	err = a.tail(ctx, []string{group}, func(u tui.TailUpdate) bool {
		if u.LogGroupName != group {
			t.Errorf("an update of %s", u.LogGroupName)
		}
		got = append(got, u.Events...)
		return len(got) < 2
	})
	if err != nil || len(got) < 2 || !strings.HasPrefix(got[0].Message, "line ") || strings.Contains(got[0].Message, "hunter2") {
		t.Errorf("%v, %+v", err, got)
	}
	answers, err := a.simulate(ctx, diagnostics.Question{Principal: "arn:aws:iam::000000000000:role/r", Actions: []string{"s3:GetObject"}, Resources: []string{"arn:aws:s3:::b/k"}})
	if err != nil || len(answers) != 1 || answers[0].Origin != diagnostics.OriginAWS || answers[0].EvalActionName != "s3:GetObject" {
		t.Errorf("%v, %+v", err, answers)
	}
}
