package collect

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"firstaid/diagnostics"
)

type metricAPI interface {
	GetMetricData(context.Context, *cloudwatch.GetMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error)
}

const (
	metricPeriod = time.Hour // kept by CloudWatch for 455 days
	metricWindow = 7 * 24 * time.Hour
	metricBatch  = 500 // queries a call
)

// lambdaMetrics are what a function's cost and load follow from. AWS charges
// $0.01 for a thousand of them.
var lambdaMetrics = []struct{ name, stat string }{
	{"Invocations", "Sum"},
	{"Duration", "Sum"},
	{"Errors", "Sum"},
	{"Throttles", "Sum"},
	{"ConcurrentExecutions", "Maximum"},
	{"ProvisionedConcurrentExecutions", "Maximum"},
	{"ProvisionedConcurrencyInvocations", "Sum"},
	{"ProvisionedConcurrencyUtilization", "Maximum"},
	{"ProvisionedConcurrencySpilloverInvocations", "Sum"},
}

// readMetrics reads the last week of the functions' metrics, by the hour.
func (r *reading) readMetrics(ctx context.Context, functions []string) {
	until := r.now().Truncate(metricPeriod)
	var queries []types.MetricDataQuery
	var series []diagnostics.Metric
	for _, function := range functions {
		for _, m := range lambdaMetrics {
			metric := diagnostics.Metric{
				Namespace: "AWS/Lambda", MetricName: m.name, Dimensions: map[string]string{"FunctionName": function},
				Stat: m.stat, Period: int(metricPeriod / time.Second),
			}
			queries = append(queries, query(len(queries), metric))
			series = append(series, metric)
		}
	}
	for start := 0; start < len(queries); start += metricBatch {
		batch := queries[start:min(start+metricBatch, len(queries))]
		if err := r.readSeries(ctx, batch, start, series, until); err != nil {
			r.unread(diagnostics.Ref{Kind: diagnostics.KindMetric}, "GetMetricData", "", err)
			return
		}
	}
	series = slices.DeleteFunc(series, func(m diagnostics.Metric) bool { return len(m.Values) == 0 })
	r.change(func(s *diagnostics.Snapshot) { s.Metrics = append(s.Metrics, series...) })
}

func query(i int, m diagnostics.Metric) types.MetricDataQuery {
	var dimensions []types.Dimension
	for name, value := range m.Dimensions {
		dimensions = append(dimensions, types.Dimension{Name: aws.String(name), Value: aws.String(value)})
	}
	return types.MetricDataQuery{
		Id: aws.String(fmt.Sprintf("m%d", i)),
		MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: aws.String(m.Namespace), MetricName: aws.String(m.MetricName), Dimensions: dimensions},
			Period: aws.Int32(int32(m.Period)),
			Stat:   aws.String(m.Stat),
		},
	}
}

// readSeries fills the series of one batch of queries, whose first has the
// index start.
func (r *reading) readSeries(ctx context.Context, batch []types.MetricDataQuery, start int, series []diagnostics.Metric, until time.Time) error {
	in := &cloudwatch.GetMetricDataInput{
		MetricDataQueries: batch,
		StartTime:         aws.Time(until.Add(-metricWindow)),
		EndTime:           aws.Time(until),
		ScanBy:            types.ScanByTimestampAscending,
	}
	for range maxPages {
		out, err := r.metrics.GetMetricData(ctx, in)
		if err != nil {
			return err
		}
		for _, result := range out.MetricDataResults {
			var i int
			if _, err := fmt.Sscanf(aws.ToString(result.Id), "m%d", &i); err != nil || i < start || i >= start+len(batch) {
				continue
			}
			n := min(len(result.Timestamps), len(result.Values))
			series[i].Timestamps = append(series[i].Timestamps, result.Timestamps[:n]...)
			series[i].Values = append(series[i].Values, result.Values[:n]...)
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			break
		}
	}
	return nil
}
