package collect

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"firstaid/diagnostics"
)

type registryAPI interface {
	DescribeRepositories(context.Context, *ecr.DescribeRepositoriesInput, ...func(*ecr.Options)) (*ecr.DescribeRepositoriesOutput, error)
	GetRepositoryPolicy(context.Context, *ecr.GetRepositoryPolicyInput, ...func(*ecr.Options)) (*ecr.GetRepositoryPolicyOutput, error)
	GetLifecyclePolicy(context.Context, *ecr.GetLifecyclePolicyInput, ...func(*ecr.Options)) (*ecr.GetLifecyclePolicyOutput, error)
}

type imageAPI interface {
	DescribeImages(context.Context, *ecr.DescribeImagesInput, ...func(*ecr.Options)) (*ecr.DescribeImagesOutput, error)
	BatchGetImage(context.Context, *ecr.BatchGetImageInput, ...func(*ecr.Options)) (*ecr.BatchGetImageOutput, error)
	GetDownloadUrlForLayer(context.Context, *ecr.GetDownloadUrlForLayerInput, ...func(*ecr.Options)) (*ecr.GetDownloadUrlForLayerOutput, error)
}

const (
	maxImagePages = 5   // of 200
	maxImages     = 100 // newest that are kept, besides those in use
)

// imageURI is an ECR image: ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY[:TAG][@DIGEST].
type imageURI struct{ account, region, repository, tag, digest string }

// readRepository reads a repository and its images. uses are the images that
// functions run or failures name; their architecture is looked up.
func (r *reading) readRepository(ctx context.Context, account, name string, uses []imageURI) {
	id := strings.TrimPrefix(account+"/"+name, "/")
	if name == "" || !r.first(diagnostics.KindRepository, id) {
		return
	}
	of := diagnostics.Ref{Kind: diagnostics.KindRepository, ID: name}
	in := &ecr.DescribeRepositoriesInput{RepositoryNames: []string{name}}
	if account != "" {
		in.RegistryId = aws.String(account)
	}
	out, err := r.registry.DescribeRepositories(ctx, in)
	if err == nil && len(out.Repositories) == 0 {
		err = &types.RepositoryNotFoundException{}
	}
	if err != nil {
		var absent *types.RepositoryNotFoundException
		if errors.As(err, &absent) {
			missing := diagnostics.Repository{RepositoryName: name, RegistryId: account, Missing: true}
			r.change(func(s *diagnostics.Snapshot) { s.Repositories = append(s.Repositories, missing) })
			return
		}
		r.unread(of, "DescribeRepositories", "ecr", err)
		return
	}
	named := repositoryOf(out.Repositories[0])
	repo := named
	together(
		func() { repo.Policy = r.repositoryPolicy(ctx, of, named) },
		func() { repo.LifecyclePolicy = r.lifecyclePolicy(ctx, of, named) },
		func() { repo.Images = r.repositoryImages(ctx, of, named, uses) },
	)
	r.change(func(s *diagnostics.Snapshot) { s.Repositories = append(s.Repositories, repo) })
}

func repositoryOf(x types.Repository) diagnostics.Repository {
	return diagnostics.Repository{
		RepositoryName:     aws.ToString(x.RepositoryName),
		RepositoryArn:      aws.ToString(x.RepositoryArn),
		RepositoryUri:      aws.ToString(x.RepositoryUri),
		RegistryId:         aws.ToString(x.RegistryId),
		ImageTagMutability: string(x.ImageTagMutability),
	}
}

func (r *reading) repositoryPolicy(ctx context.Context, of diagnostics.Ref, repo diagnostics.Repository) string {
	out, err := r.registry.GetRepositoryPolicy(ctx, &ecr.GetRepositoryPolicyInput{
		RepositoryName: aws.String(repo.RepositoryName), RegistryId: optional(repo.RegistryId),
	})
	if err != nil {
		r.absentOr(of, "GetRepositoryPolicy", "ecr", err)
		return ""
	}
	return aws.ToString(out.PolicyText)
}

func (r *reading) lifecyclePolicy(ctx context.Context, of diagnostics.Ref, repo diagnostics.Repository) string {
	out, err := r.registry.GetLifecyclePolicy(ctx, &ecr.GetLifecyclePolicyInput{
		RepositoryName: aws.String(repo.RepositoryName), RegistryId: optional(repo.RegistryId),
	})
	if err != nil {
		r.absentOr(of, "GetLifecyclePolicy", "ecr", err)
		return ""
	}
	return aws.ToString(out.LifecyclePolicyText)
}

// repositoryImages lists the newest images, and all that are in use.
func (r *reading) repositoryImages(ctx context.Context, of diagnostics.Ref, repo diagnostics.Repository, uses []imageURI) []diagnostics.Image {
	var images []diagnostics.Image
	in := &ecr.DescribeImagesInput{
		RepositoryName: aws.String(repo.RepositoryName), RegistryId: optional(repo.RegistryId), MaxResults: aws.Int32(200),
	}
	for range maxImagePages {
		out, err := r.images.DescribeImages(ctx, in)
		if err != nil {
			r.unread(of, "DescribeImages", "ecr", err)
			break
		}
		for _, x := range out.ImageDetails {
			images = append(images, imageOf(x))
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			break
		}
	}
	slices.SortStableFunc(images, func(a, b diagnostics.Image) int { return b.ImagePushedAt.Compare(a.ImagePushedAt) })
	kept := images[:0:0]
	for i, image := range images {
		used := slices.ContainsFunc(uses, func(u imageURI) bool { return u.names(image) })
		if used {
			image.Architectures = r.architectures(ctx, of, repo, image)
		}
		if used || i < maxImages {
			kept = append(kept, image)
		}
	}
	return kept
}

func imageOf(x types.ImageDetail) diagnostics.Image {
	tags := slices.Clone(x.ImageTags)
	slices.Sort(tags)
	return diagnostics.Image{
		ImageDigest:            aws.ToString(x.ImageDigest),
		ImageTags:              tags,
		ImagePushedAt:          aws.ToTime(x.ImagePushedAt),
		ImageSizeInBytes:       aws.ToInt64(x.ImageSizeInBytes),
		ImageManifestMediaType: aws.ToString(x.ImageManifestMediaType),
		ArtifactMediaType:      aws.ToString(x.ArtifactMediaType),
	}
}

// names reports whether the URI means this image.
func (u imageURI) names(image diagnostics.Image) bool {
	if u.digest != "" {
		return u.digest == image.ImageDigest
	}
	return slices.Contains(image.ImageTags, firstOf(u.tag, "latest"))
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
