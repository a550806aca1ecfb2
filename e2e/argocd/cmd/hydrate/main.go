// Command hydrate commits manifests by Argo CD's own commit server, as the source
// hydrator of its application controller does. It reads requests as a JSON list from
// stdin, handles all of them at the same time, and prints the hydrated commits as a
// JSON list in the same order.
//
// Between the plugin and the commit server Argo CD writes a mark of the application
// into each object and removes it again; so does this command, with the same code.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"

	"github.com/argoproj/argo-cd/v3/commitserver/apiclient"
	"github.com/argoproj/argo-cd/v3/commitserver/commit"
	"github.com/argoproj/argo-cd/v3/commitserver/metrics"
	appv1 "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/argo"
	"github.com/argoproj/argo-cd/v3/util/git"
	"github.com/argoproj/argo-cd/v3/util/hydrator"
	"github.com/argoproj/argo-cd/v3/util/settings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// request is what the controller sends for all applications of one branch.
type request struct {
	// Repo is the address of the repository, Dry a checkout of it at the dry commit.
	Repo, Dry string
	// Branch is both where Argo CD applies from and where it commits to.
	Branch string
	Apps   []application
}

type application struct {
	// Name of the Application, and Path in the branch.
	Name, Path string
	// Manifests as the plugin returned them: one object each, as JSON.
	Manifests []string
}

// attempts: in each of them one of those that push at the same time comes through.
const attempts = 20

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var requests []request
	if err := json.NewDecoder(os.Stdin).Decode(&requests); err != nil {
		return err
	}
	service := commit.NewService(git.NoopCredsStore{}, metrics.NewMetricsServer(), nil)
	commits, failures := make([]string, len(requests)), make([]error, len(requests))
	var all sync.WaitGroup
	for i, r := range requests {
		all.Go(func() { commits[i], failures[i] = r.hydrate(context.Background(), service) })
	}
	all.Wait()
	for i, err := range failures {
		if err != nil {
			return fmt.Errorf("%s: %w", requests[i].Branch, err)
		}
	}
	return json.NewEncoder(os.Stdout).Encode(commits)
}

func (r request) hydrate(ctx context.Context, service *commit.Service) (string, error) {
	dry, metadata, err := r.revision(ctx)
	if err != nil {
		return "", err
	}
	about, err := hydrator.GetCommitMetadata(r.Repo, dry, metadata)
	if err != nil {
		return "", err
	}
	message, err := hydrator.Render(settings.CommitMessageTemplate, about)
	if err != nil {
		return "", err
	}
	paths := make([]*apiclient.PathDetails, len(r.Apps))
	for i, app := range r.Apps {
		if paths[i], err = app.details(); err != nil {
			return "", err
		}
	}
	// All branches share the notes, and a push of notes is given up after 5 s in which
	// others push: the controller asks again then, and so does this.
	for range attempts {
		var response *apiclient.CommitHydratedManifestsResponse
		response, err = service.CommitHydratedManifests(ctx, &apiclient.CommitHydratedManifestsRequest{
			Repo: &appv1.Repository{Repo: r.Repo}, SyncBranch: r.Branch, TargetBranch: r.Branch, DrySha: dry, DryCommitMetadata: metadata,
			CommitMessage: message, ReadmeMessage: settings.DefaultManifestHydrationReadmeTemplate, Paths: paths,
		})
		if err == nil {
			return response.HydratedSha, nil
		}
	}
	return "", err
}

// revision is the dry commit and what the repository server says of it
// (reposerver/repository, GetRevisionMetadata).
func (r request) revision(ctx context.Context) (string, *appv1.RevisionMetadata, error) {
	client, err := git.NewClientExt(r.Repo, r.Dry, git.NopCreds{}, false, false, "", "")
	if err != nil {
		return "", nil, err
	}
	dry, err := client.CommitSHA(ctx)
	if err != nil {
		return "", nil, err
	}
	m, err := client.RevisionMetadata(ctx, dry)
	if err != nil {
		return "", nil, err
	}
	metadata := &appv1.RevisionMetadata{Author: m.Author, Date: &metav1.Time{Time: m.Date}, Tags: m.Tags, Message: m.Message}
	for _, reference := range m.References {
		c := reference.Commit
		metadata.References = append(metadata.References, appv1.RevisionReference{Commit: &appv1.CommitMetadata{
			Author: c.Author.String(), Date: c.Date, Subject: c.Subject, Body: c.Body, SHA: c.SHA, RepoURL: c.RepoURL,
		}})
	}
	return dry, metadata, nil
}

// details are the manifests of an application as the controller hands them over. No
// command is recorded: the repository server names those of Helm and kustomize only.
func (a application) details() (*apiclient.PathDetails, error) {
	details := &apiclient.PathDetails{Path: a.Path}
	tracking := argo.NewResourceTracking()
	for _, manifest := range a.Manifests {
		object := &unstructured.Unstructured{}
		if err := json.Unmarshal([]byte(manifest), object); err != nil {
			return nil, err
		}
		if err := tracking.SetAppInstance(object, "app.kubernetes.io/instance", a.Name, "", appv1.TrackingMethodAnnotation, ""); err != nil {
			return nil, err
		}
		if err := tracking.RemoveAppInstance(object, string(appv1.TrackingMethodAnnotation)); err != nil {
			return nil, err
		}
		text, err := json.Marshal(object)
		if err != nil {
			return nil, err
		}
		details.Manifests = append(details.Manifests, &apiclient.HydratedManifestDetails{ManifestJSON: string(text)})
	}
	return details, nil
}
