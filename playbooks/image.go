package playbooks

import (
	"regexp"
	"slices"

	"firstaid/diagnostics"
)

// imageURI matches the address of an image in a private ECR registry:
// account.dkr.ecr.region.amazonaws.com/repository, then a tag or digest.
var imageURI = regexp.MustCompile(`(\d{12}|\*+\d{0,4}|<[a-z-]+>)\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/([a-z0-9][a-z0-9._/-]*[a-z0-9])(?::([A-Za-z0-9_][A-Za-z0-9_.-]*))?(?:@(sha256:[0-9a-f]{64}))?`)

// imageParts takes an image address apart; all are empty when there is none.
func imageParts(text string) (uri, repository, tag, digest string) {
	m := imageURI.FindStringSubmatch(text)
	if m == nil {
		return "", "", "", ""
	}
	return m[0], m[2], m[3], m[4]
}

func imageRepository(uri string) string {
	_, repository, _, _ := imageParts(uri)
	return repository
}

// repository finds a repository of the snapshot by name.
func (ix *index) repository(name string) (diagnostics.Repository, bool) {
	i := slices.IndexFunc(ix.snapshot.Repositories, func(r diagnostics.Repository) bool { return r.RepositoryName == name })
	if i < 0 {
		return diagnostics.Repository{}, false
	}
	return ix.snapshot.Repositories[i], true
}

// image finds the image that an address names.
func (ix *index) image(uri string) (diagnostics.Image, bool) {
	_, name, tag, digest := imageParts(uri)
	repo, ok := ix.repository(name)
	if !ok {
		return diagnostics.Image{}, false
	}
	for _, i := range repo.Images {
		if digest != "" && i.ImageDigest == digest || digest == "" && tag != "" && slices.Contains(i.ImageTags, tag) {
			return i, true
		}
	}
	return diagnostics.Image{}, false
}

// ofAPI is the resource that made an API, or the API itself.
func (ix *index) ofAPI(id string) diagnostics.Ref {
	if r, ok := ix.physical[id]; ok {
		return r
	}
	return diagnostics.Ref{Kind: diagnostics.KindAPI, ID: id}
}
