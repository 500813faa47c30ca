package template

import "path"

// ImageFunction is a function that is deployed as a container image.
type ImageFunction struct {
	// Path is what SAM CLI calls the function in image_repositories: its
	// logical id, for one of a nested stack after those of the resources that
	// nest it, as in Orders/Api/Fn (samcli/lib/providers/provider.py,
	// get_full_path).
	Path     string
	Resource *Resource
	// Built reports whether sam build makes the image; else it was pushed
	// before.
	Built bool
}

// Images are the image functions of a template and of those nested in it.
type Images struct {
	Functions []ImageFunction
	// Unread are the paths of nested stacks whose template is local and was
	// not found: what functions they have is not known.
	Unread []string
}

// maxNesting bounds how deep stacks are followed; CloudFormation's own limits
// end earlier.
const maxNesting = 8

// ImageFunctions lists the image functions of a template and of the local ones
// nested in it, in file order. find returns a template by its path, nil when
// there is none. Templates that lie elsewhere are not SAM's to build.
func (t *Template) ImageFunctions(find func(name string) *Template) Images {
	var all Images
	t.imageFunctions(find, "", 0, &all)
	return all
}

func (t *Template) imageFunctions(find func(string) *Template, under string, depth int, all *Images) {
	for _, r := range t.Resources() {
		if r.Type != "AWS::Serverless::Function" && r.Type != "AWS::Lambda::Function" || !r.Property("PackageType").Is("Image") {
			continue
		}
		meta := r.Body.Get("Metadata")
		all.Functions = append(all.Functions, ImageFunction{path.Join(under, r.ID), r, meta.Has("Dockerfile") || meta.Has("DockerContext")})
	}
	for _, n := range t.Nested() {
		at := path.Join(under, n.Resource.ID)
		if n.Path == "" {
			continue
		}
		child := find(n.Path)
		if child == nil || depth == maxNesting {
			all.Unread = append(all.Unread, at)
			continue
		}
		child.imageFunctions(find, at, depth+1, all)
	}
}
