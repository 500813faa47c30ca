package collect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"

	"firstaid/diagnostics"
)

type claimAPI interface {
	ListImports(context.Context, *cloudformation.ListImportsInput, ...func(*cloudformation.Options)) (*cloudformation.ListImportsOutput, error)
	DescribeStackResources(context.Context, *cloudformation.DescribeStackResourcesInput, ...func(*cloudformation.Options)) (*cloudformation.DescribeStackResourcesOutput, error)
}

type layerAPI interface {
	GetLayerVersionByArn(context.Context, *lambda.GetLayerVersionByArnInput, ...func(*lambda.Options)) (*lambda.GetLayerVersionByArnOutput, error)
}

// The bounds of asking about what failures name.
const (
	maxExports = 5
	maxClaims  = 5
	maxKeys    = 5
	maxLayers  = 15
)

var (
	exportInUse = regexp.MustCompile(`(?i)\bexport (\S+) (?:cannot be (?:updated|deleted) )?as it is in use by`)
	// takenName matches the refusals that name what is taken already.
	takenName = regexp.MustCompile(`with identifier '?([^'\s]+)'? already exists|(?:^|[\s'"])([A-Za-z0-9][\w./:-]{2,}) already exists`)
	keyARN    = regexp.MustCompile(`arn:aws[\w-]*:kms:[\w-]+:\d{12}:key/[\w-]+`)
)

// readClaims asks about what the failures name: who imports an export now, which
// stack owns a name that is taken, what state a key is in.
func (r *reading) readClaims(ctx context.Context) {
	r.mu.Lock()
	var exports, names, keys, layers []string
	for _, text := range failureTexts(&r.snap) {
		for _, m := range exportInUse.FindAllStringSubmatch(text, -1) {
			exports = appendNew(exports, m[1])
		}
		for _, m := range takenName.FindAllStringSubmatch(text, -1) {
			names = appendNew(names, firstOf(m[1], m[2]))
		}
		for _, key := range keyARN.FindAllString(text, -1) {
			keys = appendNew(keys, key)
		}
	}
	for _, f := range r.snap.Functions {
		keys = appendNew(keys, f.KMSKeyArn)
		for _, l := range f.Layers {
			layers = appendNew(layers, l)
		}
	}
	r.mu.Unlock()
	together(
		func() {
			each(r, exports[:min(len(exports), maxExports)], func(name string) { r.readImports(ctx, name) })
		},
		func() { each(r, names[:min(len(names), maxClaims)], func(id string) { r.readClaim(ctx, id) }) },
		func() { each(r, keys[:min(len(keys), maxKeys)], func(arn string) { r.readKey(ctx, arn) }) },
		func() {
			each(r, bounded(r, diagnostics.KindLayer, layers, maxLayers), func(arn string) { r.readLayer(ctx, arn) })
		},
	)
}

// readImports lists the stacks that import an export. CloudFormation says by a
// ValidationError that there are none.
func (r *reading) readImports(ctx context.Context, name string) {
	of := diagnostics.Ref{Kind: diagnostics.KindExport, ID: name}
	export := diagnostics.Export{Name: name}
	in := &cloudformation.ListImportsInput{ExportName: aws.String(name)}
	for range maxPages {
		out, err := r.claims.ListImports(ctx, in)
		if err != nil {
			if !saysInvalid(err, "is not imported by any stack") {
				r.aside(of, "ListImports", "", err)
				return
			}
			break
		}
		export.Importers = append(export.Importers, out.Imports...)
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			break
		}
	}
	slices.Sort(export.Importers)
	r.change(func(s *diagnostics.Snapshot) { s.Exports = append(s.Exports, export) })
}

// readClaim asks which stack a physical resource belongs to.
func (r *reading) readClaim(ctx context.Context, id string) {
	of := diagnostics.Ref{Kind: diagnostics.KindClaim, ID: id}
	claim := diagnostics.Claim{PhysicalResourceId: id}
	out, err := r.claims.DescribeStackResources(ctx, &cloudformation.DescribeStackResourcesInput{PhysicalResourceId: aws.String(id)})
	if err != nil && !saysInvalid(err, "does not exist") {
		r.aside(of, "DescribeStackResources", "", err)
		return
	}
	if err == nil {
		for _, x := range out.StackResources {
			if aws.ToString(x.PhysicalResourceId) == id {
				claim.StackName, claim.LogicalResourceId = aws.ToString(x.StackName), aws.ToString(x.LogicalResourceId)
				claim.StackStatus = string(x.ResourceStatus)
			}
		}
	}
	r.change(func(s *diagnostics.Snapshot) { s.Claims = append(s.Claims, claim) })
}

// saysInvalid recognises an answer of CloudFormation that is no failure: a
// ValidationError with these words.
func saysInvalid(err error, words string) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "ValidationError" && strings.Contains(api.ErrorMessage(), words)
}

// readKey asks KMS for the state of a key.
func (r *reading) readKey(ctx context.Context, arn string) {
	of := diagnostics.Ref{Kind: diagnostics.KindKey, ID: arn}
	body, err := json.Marshal(map[string]string{"KeyId": arn})
	if err != nil {
		return // a map of texts always marshals
	}
	answer, err := r.plain.ask(ctx, question{
		service: "kms", operation: "DescribeKey", contentType: "application/x-amz-json-1.1", target: "TrentService.DescribeKey", body: body,
	})
	var out struct {
		KeyMetadata struct{ KeyState string }
	}
	var api smithy.APIError
	switch {
	case errors.As(err, &api) && api.ErrorCode() == "NotFoundException":
		out.KeyMetadata.KeyState = "NotFound"
	case err == nil:
		if err = json.Unmarshal(answer, &out); err != nil {
			err = fmt.Errorf("read the answer of DescribeKey: %w", err)
		}
		fallthrough
	default:
		if err != nil {
			r.aside(of, "DescribeKey", "kms", err)
			return
		}
	}
	r.change(func(s *diagnostics.Snapshot) {
		s.Keys = append(s.Keys, diagnostics.Key{Arn: arn, KeyState: out.KeyMetadata.KeyState})
	})
}

// readLayer asks what a layer version was published for.
func (r *reading) readLayer(ctx context.Context, arn string) {
	out, err := r.layers.GetLayerVersionByArn(ctx, &lambda.GetLayerVersionByArnInput{Arn: aws.String(arn)})
	if err != nil {
		r.aside(diagnostics.Ref{Kind: diagnostics.KindLayer, ID: arn}, "GetLayerVersionByArn", "lambda", err)
		return
	}
	layer := diagnostics.LayerVersion{Arn: arn}
	for _, a := range out.CompatibleArchitectures {
		layer.Architectures = append(layer.Architectures, string(a))
	}
	for _, x := range out.CompatibleRuntimes {
		layer.Runtimes = append(layer.Runtimes, string(x))
	}
	r.change(func(s *diagnostics.Snapshot) { s.Layers = append(s.Layers, layer) })
}
