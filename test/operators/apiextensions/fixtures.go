// Package fixtures takes the place of the package of this name in the integration tests of
// k8s.io/apiextensions-apiserver. Where that one starts an API server beside an etcd, this one starts
// the program that FAIRLEAD_APISERVER names, for each test anew.
package fixtures

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"k8s.io/apiextensions-apiserver/pkg/apiserver"
	"k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	serveroptions "k8s.io/apiextensions-apiserver/pkg/cmd/server/options"
	servertesting "k8s.io/apiextensions-apiserver/pkg/cmd/server/testing"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	startDeadline = 30 * time.Second
	stopDeadline  = 5 * time.Second
)

var errNoEtcd = errors.New("there is no etcd")

// StartDefaultServer starts a server with nothing in it. Its options are those of a server that has
// no etcd; flags are for etcd and the watch cache, and are not needed.
func StartDefaultServer(t servertesting.Logger, _ ...string) (func(), *rest.Config, *serveroptions.CustomResourceDefinitionsServerOptions, error) {
	folder, err := os.MkdirTemp("", "fairlead-apiextensions-")
	if err != nil {
		return nil, nil, nil, err
	}
	kubeconfig := filepath.Join(folder, "kubeconfig")
	command := strings.Split(os.Getenv("FAIRLEAD_APISERVER"), "\n")
	// As upstream's: namespaces are not created before what is in them.
	arguments := append(command[1:], "--data-dir", folder, "--kubeconfig", kubeconfig,
		"--disable-admission-plugins", "NamespaceLifecycle,MutatingAdmissionWebhook,ValidatingAdmissionWebhook,ValidatingAdmissionPolicy")
	// Where what is stored can be read.
	_ = os.Setenv("FAIRLEAD_APISERVER_DATA", folder)
	server := exec.Command(command[0], arguments...)
	if err := server.Start(); err != nil {
		return nil, nil, nil, err
	}
	ended := make(chan struct{})
	go func() {
		_ = server.Wait()
		close(ended)
	}()
	tearDown := func() {
		_ = server.Process.Signal(os.Interrupt)
		select {
		case <-ended:
		case <-time.After(stopDeadline):
			_ = server.Process.Kill()
			<-ended
		}
		_ = os.RemoveAll(folder)
	}
	config, err := readyConfig(kubeconfig, ended)
	if err != nil {
		tearDown()
		return nil, nil, nil, err
	}
	return tearDown, config, serveroptions.NewCustomResourceDefinitionsServerOptions(os.Stdout, os.Stderr), nil
}

// The kubeconfig is there once the server answers.
func readyConfig(kubeconfig string, ended <-chan struct{}) (*rest.Config, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startDeadline)
	defer cancel()
	for {
		if config, err := clientcmd.BuildConfigFromFlags("", kubeconfig); err == nil {
			config.QPS, config.Burst = 1000, 1000
			return config, nil
		}
		select {
		case <-ended:
			return nil, errors.New("the server ended")
		case <-ctx.Done():
			return nil, fmt.Errorf("the server did not start: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// StartDefaultServerWithConfigAccess fails: there is no server in this process.
func StartDefaultServerWithConfigAccess(_ servertesting.Logger, _ ...string) (func(), *rest.Config, apiserver.CompletedConfig, error) {
	return nil, nil, apiserver.CompletedConfig{}, errNoEtcd
}

// StartDefaultServerWithClients starts a server and makes clients for it, as upstream's does.
func StartDefaultServerWithClients(t servertesting.Logger, flags ...string) (func(), clientset.Interface, dynamic.Interface, error) {
	tearDown, config, _, err := StartDefaultServer(t, flags...)
	if err != nil {
		return nil, nil, nil, err
	}
	definitions, err := clientset.NewForConfig(config)
	if err != nil {
		tearDown()
		return nil, nil, nil, err
	}
	objects, err := dynamic.NewForConfig(config)
	if err != nil {
		tearDown()
		return nil, nil, nil, err
	}
	return tearDown, definitions, objects, nil
}

// StartDefaultServerWithClientsAndEtcd fails: there is no etcd.
func StartDefaultServerWithClientsAndEtcd(_ servertesting.Logger, _ ...string) (func(), clientset.Interface, dynamic.Interface, *clientv3.Client, string, error) {
	return nil, nil, nil, nil, "", errNoEtcd
}

// IntegrationEtcdServers has the address at which no etcd is.
func IntegrationEtcdServers() []string {
	return []string{"http://127.0.0.1:2379"}
}
