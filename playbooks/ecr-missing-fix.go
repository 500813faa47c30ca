package playbooks

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/template"
	"firstaid/playbooks/edit"
)

// fixMissingImage offers the repository, its policy, or an image that exists.
// A registry of another account or region is not ours to change.
func fixMissingImage(s *diagnostics.Snapshot, f diagnostics.Finding) []Fix {
	uri, name, tag, _ := imageParts(f.Captures["image"])
	if uri == "" {
		for _, e := range f.Evidence {
			if uri, name, tag, _ = imageParts(e.Quote); uri != "" {
				break
			}
		}
	}
	if uri == "" {
		return nil
	}
	ix := newIndex(s)
	repo, known := ix.repository(name)
	if !ours(s, uri) {
		return []Fix{foreignRegistry(uri)}
	}
	switch {
	case known && repo.Missing:
		return []Fix{createRepository(s, name, uri)}
	case known && deniesLambda(f):
		return []Fix{allowLambda(s, repo)}
	case known:
		list := fixes{pushImage(uri, repo)}
		list = append(list, newProject(s).nearestTags(f, repo, tag)...)
		if !strings.Contains(repo.Policy, "lambda.amazonaws.com") && !ix.unread(diagnostics.Ref{Kind: diagnostics.KindRepository, ID: name}) {
			list = append(list, allowLambda(s, repo))
		}
		return list
	default:
		return []Fix{pushImage(uri, diagnostics.Repository{RepositoryName: name})}
	}
}

// ours reports whether an image's registry is the account and region that the
// snapshot was read from.
func ours(s *diagnostics.Snapshot, uri string) bool {
	return strings.HasPrefix(uri, s.Identity.Account+".dkr.ecr."+s.Identity.Region+".")
}

func deniesLambda(f diagnostics.Finding) bool {
	return slices.ContainsFunc(f.Evidence, func(e diagnostics.Evidence) bool {
		return strings.Contains(e.Quote, "does not have permission to access the ECR image")
	})
}

func foreignRegistry(uri string) Fix {
	why := diagnostics.Text{
		En: "The image's registry belongs to another account or region. Lambda takes images only from its own region; use a registry of this account, or ask the owner.",
		Ko: "이미지 레지스트리가 다른 계정 또는 리전에 있습니다. Lambda는 같은 리전의 이미지만 사용합니다. 이 계정의 레지스트리를 쓰거나 소유자에게 요청하세요.",
	}
	return Fix{
		Title: diagnostics.Text{En: "Use an image of this account and region", Ko: "이 계정과 리전의 이미지를 사용합니다"},
		Kind:  FixGuided, Risk: Safe, Redeploy: true, Declined: why,
		Steps: []Step{Manual{Of: diagnostics.Ref{Kind: diagnostics.KindRepository, ID: imageRepository(uri)}, Do: why}},
	}
}

func createRepository(s *diagnostics.Snapshot, name, uri string) Fix {
	of := diagnostics.Ref{Kind: diagnostics.KindRepository, ID: name}
	create := Call{
		Of: of, Service: "ecr", Operation: "CreateRepository", Field: "repository", After: name,
		Args: map[string]any{"RepositoryName": name, "ImageScanningConfiguration": map[string]any{"ScanOnPush": true}},
		Undo: &Call{Of: of, Service: "ecr", Operation: "DeleteRepository", Args: map[string]any{"RepositoryName": name}},
	}
	return Fix{
		Title: diagnostics.Text{En: "Create the repository " + name + " and let Lambda read it", Ko: "리포지토리 " + name + "을(를) 만들고 Lambda의 읽기를 허용합니다"},
		Kind:  FixEnvironment, Risk: Safe, Redeploy: true,
		Changes: diagnostics.Text{
			En: "A new, empty repository in " + s.Identity.Region + ". The image still has to be pushed.",
			Ko: s.Identity.Region + "에 빈 리포지토리가 생깁니다. 이미지는 따로 푸시해야 합니다.",
		},
		Steps: []Step{create, setRepositoryPolicy(s, diagnostics.Repository{RepositoryName: name}), push(uri)},
	}
}

func allowLambda(s *diagnostics.Snapshot, repo diagnostics.Repository) Fix {
	return Fix{
		Title: diagnostics.Text{En: "Let Lambda read the repository " + repo.RepositoryName, Ko: "Lambda가 리포지토리 " + repo.RepositoryName + "을(를) 읽도록 허용합니다"},
		Kind:  FixEnvironment, Risk: Safe, Redeploy: true,
		Changes: diagnostics.Text{
			En: "One statement more in the repository's policy: lambda.amazonaws.com may pull images for functions of this account.",
			Ko: "리포지토리 정책에 문장 하나가 추가됩니다. 이 계정의 함수를 위해 lambda.amazonaws.com이 이미지를 가져올 수 있습니다.",
		},
		Steps: []Step{setRepositoryPolicy(s, repo)},
	}
}

// setRepositoryPolicy adds what Lambda needs to a repository's policy and keeps
// the rest (docs: lambda/latest/dg/images-create.html, "Amazon ECR
// permissions").
func setRepositoryPolicy(s *diagnostics.Snapshot, repo diagnostics.Repository) Call {
	of := diagnostics.Ref{Kind: diagnostics.KindRepository, ID: repo.RepositoryName}
	before := ""
	if repo.Policy != "" {
		before = CanonicalJSON(repo.Policy)
	}
	after := withStatement(before, map[string]any{
		"Sid": "LambdaECRImageRetrievalPolicy", "Effect": "Allow",
		"Principal": map[string]any{"Service": "lambda.amazonaws.com"},
		"Action":    []any{"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"},
		"Condition": map[string]any{"StringLike": map[string]any{
			"aws:sourceArn": fmt.Sprintf("arn:%s:lambda:%s:%s:function:*", partition(s), s.Identity.Region, s.Identity.Account),
		}},
	})
	c := Call{
		Of: of, Service: "ecr", Operation: "SetRepositoryPolicy", Field: "repositoryPolicy", Before: before, After: after,
		Args: map[string]any{"RepositoryName": repo.RepositoryName, "PolicyText": after},
	}
	undo := Call{Of: of, Service: "ecr", Operation: "DeleteRepositoryPolicy", Args: map[string]any{"RepositoryName": repo.RepositoryName}}
	if before != "" {
		undo.Operation, undo.Args = "SetRepositoryPolicy", map[string]any{"RepositoryName": repo.RepositoryName, "PolicyText": before}
	}
	c.Undo = &undo
	return c
}

// withStatement appends a statement to a policy document, or makes one.
func withStatement(document string, statement map[string]any) string {
	doc := map[string]any{"Version": "2012-10-17"}
	if document != "" {
		if err := json.Unmarshal([]byte(document), &doc); err != nil {
			return document
		}
	}
	switch old := doc["Statement"].(type) {
	case []any:
		doc["Statement"] = append(slices.Clone(old), statement)
	case nil:
		doc["Statement"] = []any{statement}
	default:
		doc["Statement"] = []any{old, statement}
	}
	out, err := json.Marshal(doc)
	if err != nil {
		return document
	}
	return string(out)
}

func partition(s *diagnostics.Snapshot) string {
	if s.Identity.Partition != "" {
		return s.Identity.Partition
	}
	return "aws"
}

// push tells how to push an image. It is shown for copying and never run: the
// address comes from an error message.
func push(uri string) Manual {
	host, _, _ := strings.Cut(uri, "/")
	command := "aws ecr get-login-password | docker login --username AWS --password-stdin " + host + " && docker push " + uri
	return Manual{Of: diagnostics.Ref{Kind: diagnostics.KindRepository, ID: imageRepository(uri)}, Do: diagnostics.Text{
		En: "Build and push the image, then deploy again: " + command,
		Ko: "이미지를 빌드해 푸시한 뒤 다시 배포하세요: " + command,
	}}
}

func pushImage(uri string, repo diagnostics.Repository) Fix {
	f := Fix{Title: diagnostics.Text{En: "Push the missing image", Ko: "없는 이미지를 푸시합니다"}, Kind: FixGuided, Risk: Safe, Redeploy: true, Steps: []Step{push(uri)}}
	if repo.ImageTagMutability == "IMMUTABLE" {
		f.Notes = append(f.Notes, diagnostics.Text{
			En: "The repository's tags are immutable: a tag that was pushed once cannot be pushed again. Use a new tag.",
			Ko: "이 리포지토리의 태그는 변경할 수 없습니다. 이미 푸시한 태그는 다시 쓸 수 없으니 새 태그를 사용하세요.",
		})
	}
	if repo.LifecyclePolicy != "" {
		f.Notes = append(f.Notes, diagnostics.Text{
			En: "A lifecycle policy expires images here: it may have removed the one that this deployment, or its rollback, needs.",
			Ko: "수명 주기 정책이 이미지를 만료시킵니다. 이번 배포나 롤백에 필요한 이미지가 삭제되었을 수 있습니다.",
		})
	}
	return f
}

// nearestTags offers the tags that are there: the nearest one as an edit where
// the template names the missing one, all of them in words.
func (p *project) nearestTags(f diagnostics.Finding, repo diagnostics.Repository, tag string) []Fix {
	tags := nearTags(repo, tag)
	byHand := Fix{Title: diagnostics.Text{En: "Deploy an image that is there", Ko: "이미 있는 이미지로 배포합니다"}, Kind: FixGuided, Risk: Disrupts, Redeploy: true}
	do := diagnostics.Text{En: "The repository has no tagged image at all", Ko: "리포지토리에 태그가 있는 이미지가 없습니다"}
	if len(tags) > 0 {
		list := strings.Join(tags, ", ")
		do = diagnostics.Text{En: "Set ImageUri to one of the tags that exist, nearest first: " + list, Ko: "ImageUri를 존재하는 태그로 바꾸세요(비슷한 순): " + list}
	}
	byHand.Steps = []Step{Manual{Of: diagnostics.Ref{Kind: diagnostics.KindRepository, ID: repo.RepositoryName}, Do: do}}
	if len(tags) == 0 || tag == "" {
		return []Fix{byHand}
	}
	var list fixes
	for _, w := range p.candidates(f.Subject, isFunction) {
		list.add(w.retag(repo.RepositoryName, tag, tags[0]))
	}
	return append(list, byHand)
}

// retag exchanges the tag of the image that a function names.
func (w *workpiece) retag(repository, tag, by string) (Fix, bool) {
	old := repository + ":" + tag
	for _, path := range [][]string{{"ImageUri"}, {"Code", "ImageUri"}, {"ImageUri", "Fn::Sub"}, {"Code", "ImageUri", "Fn::Sub"}} {
		n := w.resource.Own(path...)
		if n == nil || n.Kind != template.String || !strings.HasSuffix(n.Text, "/"+old) {
			continue
		}
		f := templateFix("Deploy the nearest image that is there: "+repository+":"+by, "가장 가까운 기존 이미지로 배포합니다: "+repository+":"+by)
		f.Risk = Disrupts
		f.Changes = diagnostics.Text{
			En: "The function runs another image than the one that was meant; look at what it holds first.",
			Ko: "의도한 것과 다른 이미지로 실행됩니다. 먼저 내용을 확인하세요.",
		}
		byHand := diagnostics.Text{En: "Set ImageUri of " + w.resource.ID + " to the tag " + by, Ko: w.resource.ID + "의 ImageUri를 태그 " + by + "(으)로 바꾸세요"}
		return w.edited(f, w.template.Name, byHand, edit.Replace(old, repository+":"+by, w.path(path...)...))
	}
	return Fix{}, false
}

// nearTags lists up to five tags, those that share most of their start with
// the wanted one first, then the newest.
func nearTags(repo diagnostics.Repository, tag string) []string {
	var tags []string
	for _, i := range repo.Images {
		tags = append(tags, i.ImageTags...)
	}
	slices.SortStableFunc(tags, func(a, b string) int { return common(b, tag) - common(a, tag) })
	return tags[:min(5, len(tags))]
}

func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
