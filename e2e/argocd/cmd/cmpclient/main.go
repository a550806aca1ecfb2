// Command cmpclient asks a running argocd-cmp-server what Argo CD's repository
// server asks it, over the same socket, with the same client and the same tar
// stream, and prints the answers as JSON.
//
//	cmpclient SOCKET ROOT APPDIR match|parameters|generate [NAME=VALUE...]
//
// APPDIR is the application's folder inside ROOT. NAME=VALUE is the environment
// that the repository server would send. An error of the server goes to stderr,
// and the exit code is 1.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/argoproj/argo-cd/v3/cmpserver/apiclient"
	"github.com/argoproj/argo-cd/v3/util/cmp"
)

func main() {
	if len(os.Args) < 5 {
		fmt.Fprintln(os.Stderr, "usage: cmpclient SOCKET ROOT APPDIR match|parameters|generate [NAME=VALUE...]")
		os.Exit(64)
	}
	answer, err := ask(os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func ask(socket, root, app, verb string, env []string) (any, error) {
	timeout := time.Minute
	if text := os.Getenv("CMPCLIENT_TIMEOUT"); text != "" {
		var err error
		if timeout, err = time.ParseDuration(text); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	closer, client, err := apiclient.NewConfigManagementPluginClientSet(socket).NewConfigManagementPluginClient()
	if err != nil {
		return nil, err
	}
	defer closer.Close()
	switch verb {
	case "match":
		return match(ctx, client, root, app, env)
	case "parameters":
		return parameters(ctx, client, root, app, env)
	case "generate":
		return generate(ctx, client, root, app, env)
	}
	return nil, fmt.Errorf("no verb %q", verb)
}

func match(ctx context.Context, client apiclient.ConfigManagementPluginServiceClient, root, app string, env []string) (any, error) {
	stream, err := client.MatchRepository(ctx)
	if err != nil {
		return nil, err
	}
	if err := cmp.SendRepoStream(ctx, app, root, stream, env, nil); err != nil {
		return nil, err
	}
	return stream.CloseAndRecv()
}

func parameters(ctx context.Context, client apiclient.ConfigManagementPluginServiceClient, root, app string, env []string) (any, error) {
	stream, err := client.GetParametersAnnouncement(ctx)
	if err != nil {
		return nil, err
	}
	if err := cmp.SendRepoStream(ctx, app, root, stream, env, nil); err != nil {
		return nil, err
	}
	return stream.CloseAndRecv()
}

func generate(ctx context.Context, client apiclient.ConfigManagementPluginServiceClient, root, app string, env []string) (any, error) {
	stream, err := client.GenerateManifest(ctx)
	if err != nil {
		return nil, err
	}
	if err := cmp.SendRepoStream(ctx, app, root, stream, env, nil); err != nil {
		return nil, err
	}
	return stream.CloseAndRecv()
}
