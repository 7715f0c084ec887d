// Package storage takes the place of the package of this name in the integration tests of
// k8s.io/apiextensions-apiserver. Where that one reads what is stored in an etcd, this one reads the
// file of the server that fixtures has started, with the program that FAIRLEAD_STORED_OBJECT names.
package storage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apiserver/pkg/registry/generic"
	"k8s.io/apiserver/pkg/storage/storagebackend"
)

const updateInterval = 10 * time.Millisecond

// EtcdObjectReader reads custom objects as they are stored.
type EtcdObjectReader struct {
	resource string
}

// NewEtcdObjectReader makes a reader of the objects of a definition.
func NewEtcdObjectReader(_ *clientv3.Client, _ *generic.RESTOptions, crd *apiextensionsv1.CustomResourceDefinition) *EtcdObjectReader {
	return &EtcdObjectReader{resource: crd.Spec.Names.Plural + "." + crd.Spec.Group}
}

// WaitForStorageVersion calls update until the object is stored in a version.
func (r *EtcdObjectReader) WaitForStorageVersion(version, namespace, name string, timeout time.Duration, update func()) error {
	for deadline := time.Now().Add(timeout); ; update() {
		stored, err := r.GetStoredCustomResource(namespace, name)
		if err != nil {
			return err
		}
		if stored.GroupVersionKind().Version == version {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s/%s is not stored as %s after %v", namespace, name, version, timeout)
		}
		time.Sleep(updateInterval)
	}
}

// GetStoredCustomResource returns an object as it is stored.
func (r *EtcdObjectReader) GetStoredCustomResource(namespace, name string) (*unstructured.Unstructured, error) {
	command := strings.Split(os.Getenv("FAIRLEAD_STORED_OBJECT"), "\n")
	arguments := append(command[1:], os.Getenv("FAIRLEAD_APISERVER_DATA"), r.resource, namespace, name)
	text, err := exec.Command(command[0], arguments...).Output()
	if err != nil {
		return nil, fmt.Errorf("cannot read %s %s/%s: %w", r.resource, namespace, name, err)
	}
	stored := &unstructured.Unstructured{}
	return stored, stored.UnmarshalJSON(text)
}

// SetStoredCustomResource fails: nobody writes behind the server's back.
func (r *EtcdObjectReader) SetStoredCustomResource(string, string, *unstructured.Unstructured) error {
	return errors.New("there is no etcd to write to")
}

// GetEtcdClients returns clients without a server.
func GetEtcdClients(storagebackend.TransportConfig) (*clientv3.Client, clientv3.KV, error) {
	client := clientv3.NewCtxClient(context.Background())
	return client, clientv3.NewKV(client), nil
}
