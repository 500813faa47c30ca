package collect

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"firstaid/diagnostics"
)

// manifestTypes are the media types that BatchGetImage may answer with; without
// them it converts an index to one architecture's manifest.
var manifestTypes = []string{
	"application/vnd.oci.image.index.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json",
	"application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.v2+json",
}

// manifest is an image index or an image manifest, as far as it tells architectures.
type manifest struct {
	Manifests []struct {
		Platform struct {
			OS           string `json:"os"`
			Architecture string `json:"architecture"`
		} `json:"platform"`
	} `json:"manifests"`
	Config struct {
		Digest string `json:"digest"`
	} `json:"config"`
}

// architectures tells what an image was built for, as Lambda names it (x86_64,
// arm64): from the index, or, for an image without one, from its configuration.
func (r *reading) architectures(ctx context.Context, of diagnostics.Ref, repo diagnostics.Repository, image diagnostics.Image) []string {
	out, err := r.images.BatchGetImage(ctx, &ecr.BatchGetImageInput{
		RepositoryName:     aws.String(repo.RepositoryName),
		RegistryId:         optional(repo.RegistryId),
		ImageIds:           []types.ImageIdentifier{{ImageDigest: aws.String(image.ImageDigest)}},
		AcceptedMediaTypes: manifestTypes,
	})
	if err != nil {
		r.unread(of, "BatchGetImage", "ecr", err)
		return nil
	}
	var found []string
	for _, i := range out.Images {
		var m manifest
		if json.Unmarshal([]byte(aws.ToString(i.ImageManifest)), &m) != nil {
			continue
		}
		for _, entry := range m.Manifests {
			if entry.Platform.OS != "unknown" { // attestations
				found = append(found, lambdaArchitecture(entry.Platform.Architecture))
			}
		}
		if m.Config.Digest != "" && len(m.Manifests) == 0 {
			found = append(found, r.configuredArchitecture(ctx, of, repo, m.Config.Digest))
		}
	}
	found = slices.DeleteFunc(found, func(a string) bool { return a == "" })
	slices.Sort(found)
	return slices.Compact(found)
}

const maxImageConfig = 1 << 20

// configuredArchitecture reads the image's configuration blob.
func (r *reading) configuredArchitecture(ctx context.Context, of diagnostics.Ref, repo diagnostics.Repository, digest string) string {
	out, err := r.images.GetDownloadUrlForLayer(ctx, &ecr.GetDownloadUrlForLayerInput{
		RepositoryName: aws.String(repo.RepositoryName), RegistryId: optional(repo.RegistryId), LayerDigest: aws.String(digest),
	})
	if err != nil {
		r.unread(of, "GetDownloadUrlForLayer", "ecr", err)
		return ""
	}
	body, err := download(ctx, aws.ToString(out.DownloadUrl))
	if err != nil {
		r.skipped(of, "the image's configuration could not be downloaded, its architecture stays unknown: "+oneLine(err.Error()))
		return ""
	}
	var config struct {
		Architecture string `json:"architecture"`
	}
	if json.Unmarshal(body, &config) != nil {
		return ""
	}
	return lambdaArchitecture(config.Architecture)
}

func download(ctx context.Context, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("download an image's configuration: %w", err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("download an image's configuration: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("download an image's configuration: %s", answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, maxImageConfig))
}

func lambdaArchitecture(name string) string {
	if name == "amd64" {
		return "x86_64"
	}
	return name
}
