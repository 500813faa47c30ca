package playbooks

import (
	"strings"
	"testing"

	"firstaid/diagnostics"
)

func TestAMissingRepositoryAndAMissingTag(t *testing.T) {
	uri := "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/orders:v2"
	failed := event(1, "Fn", "AWS::Lambda::Function", "CREATE_FAILED", "Source image "+uri+" does not exist. Provide a valid source image.")
	cases := map[string]struct {
		repositories []diagnostics.Repository
		unread       []diagnostics.Unread
		because      string
	}{
		"repository missing": {repositories: []diagnostics.Repository{{RepositoryName: "shop/orders", Missing: true}}, because: "does not exist"},
		"tag missing":        {repositories: []diagnostics.Repository{{RepositoryName: "shop/orders", Images: []diagnostics.Image{{ImageTags: []string{"v1"}}}}}, because: "no such image"},
		"image there":        {repositories: []diagnostics.Repository{{RepositoryName: "shop/orders", Images: []diagnostics.Image{{ImageTags: []string{"v2"}}}}}},
		"repository unknown": {},
		"images unread": {
			repositories: []diagnostics.Repository{{RepositoryName: "shop/orders"}},
			unread:       []diagnostics.Unread{{Of: diagnostics.Ref{Kind: diagnostics.KindRepository, ID: "shop/orders"}}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := findMissingImage(&diagnostics.Snapshot{Events: []diagnostics.Event{failed}, Repositories: c.repositories, Unread: c.unread})
			if c.because == "" {
				if len(got) != 0 {
					t.Fatalf("found %+v", got)
				}
				return
			}
			if len(got) != 1 || !strings.Contains(got[0].Because.En, c.because) || got[0].Subject.ID != "shop/Fn" || got[0].Captures["tag"] != "v2" {
				t.Fatalf("got %+v", got)
			}
		})
	}
}

func TestAPreflightThatForgetsPatch(t *testing.T) {
	api := diagnostics.API{ApiId: "a1", Protocol: "REST", Routes: []diagnostics.Route{
		{HttpMethod: "PATCH", Path: "/items/{id}"},
		{HttpMethod: "GET", Path: "/items/{id}"},
		{HttpMethod: "OPTIONS", Path: "/items/{id}", AllowMethods: "GET,POST"},
		{HttpMethod: "DELETE", Path: "/elsewhere"},
	}}
	got := findMissingMethod(&diagnostics.Snapshot{APIs: []diagnostics.API{api}})
	if len(got) != 1 || got[0].Captures["method"] != "PATCH" || got[0].Evidence[0].Quote != "GET,POST" {
		t.Fatalf("got %+v", got)
	}
	api.Routes[2].AllowMethods = "get, post, patch"
	if got := findMissingMethod(&diagnostics.Snapshot{APIs: []diagnostics.API{api}}); len(got) != 0 {
		t.Fatalf("a complete preflight gives %+v", got)
	}
	http := diagnostics.API{ApiId: "h1", Protocol: "HTTP", Routes: []diagnostics.Route{{HttpMethod: "PATCH", Path: "/x"}}, Cors: &diagnostics.Cors{AllowMethods: []string{"GET"}}}
	if got := findMissingMethod(&diagnostics.Snapshot{APIs: []diagnostics.API{http}}); len(got) != 1 {
		t.Fatalf("an HTTP API gives %+v", got)
	}
}

func TestADeployedPlaceholder(t *testing.T) {
	api := diagnostics.API{ApiId: "a1", Routes: []diagnostics.Route{
		{HttpMethod: "GET", Path: "/a", IntegrationUri: "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations"},
		{HttpMethod: "GET", Path: "/b", IntegrationUri: "https://${stageVariables.host}/b"},
	}}
	got := findUnsubstituted(&diagnostics.Snapshot{APIs: []diagnostics.API{api}})
	if len(got) != 1 || got[0].Captures["placeholder"] != "${Fn.Arn}" {
		t.Fatalf("got %+v", got)
	}
}

func TestAnImageOfTheOtherArchitecture(t *testing.T) {
	uri := "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders:v1"
	s := &diagnostics.Snapshot{
		Functions:    []diagnostics.Function{{FunctionName: "orders", Architectures: []string{"arm64"}, ImageUri: uri}},
		Repositories: []diagnostics.Repository{{RepositoryName: "orders", Images: []diagnostics.Image{{ImageTags: []string{"v1"}, Architectures: []string{"amd64"}}}}},
	}
	if got := findArchitectureMismatch(s); len(got) != 1 || got[0].Captures["built"] != "amd64" {
		t.Fatalf("got %+v", got)
	}
	s.Repositories[0].Images[0].Architectures = []string{"amd64", "arm64"}
	if got := findArchitectureMismatch(s); len(got) != 0 {
		t.Fatalf("an image for both gives %+v", got)
	}
}
