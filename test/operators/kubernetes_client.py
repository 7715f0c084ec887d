"""What an operator in Python does, with the client of its ecosystem, against KUBECONFIG."""

import threading

from kubernetes import client, config, watch
from kubernetes.client.exceptions import ApiException

config.load_kube_config()
core = client.CoreV1Api()
apps = client.AppsV1Api()
custom = client.CustomObjectsApi()
definitions = client.ApiextensionsV1Api()

widget = {
    "apiVersion": "example.com/v1",
    "kind": "Widget",
    "metadata": {"name": "first"},
    "spec": {"size": 1},
}
schema = {
    "type": "object",
    "properties": {
        "spec": {
            "type": "object",
            "properties": {"size": {"type": "integer", "minimum": 1}},
        },
        "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
    },
}
version = {
    "name": "v1",
    "served": True,
    "storage": True,
    "subresources": {"status": {}},
    "schema": {"openAPIV3Schema": schema},
}
definition = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"plural": "widgets", "kind": "Widget"},
        "versions": [version],
    },
}


def refused(call):
    try:
        call()
    except ApiException as error:
        return error.status
    raise AssertionError("the API server took it")


def built_in_kinds():
    core.create_namespace({"metadata": {"name": "python"}})
    core.create_namespaced_config_map("python", {"metadata": {"name": "m"}, "data": {"a": "1"}})
    patched = core.patch_namespaced_config_map("m", "python", {"data": {"b": "2"}})
    assert patched.data == {"a": "1", "b": "2"}
    labels = {"app": "web"}
    container = {"name": "web", "image": "example.com/web:1"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"selector": {"matchLabels": labels}, "template": template}
    deployment = apps.create_namespaced_deployment("python", {"metadata": {"name": "w"}, "spec": spec})
    assert deployment.spec.replicas == 1
    assert deployment.spec.strategy.type == "RollingUpdate"
    apps.patch_namespaced_deployment_scale("w", "python", {"spec": {"replicas": 2}})
    assert apps.read_namespaced_deployment("w", "python").spec.replicas == 2
    assert refused(lambda: core.read_namespaced_secret("none", "python")) == 404


def custom_kinds():
    definitions.create_custom_resource_definition(definition)
    place = ("example.com", "v1", "python", "widgets")
    created = custom.create_namespaced_custom_object(*place, widget)
    assert created["metadata"]["generation"] == 1
    wrong = dict(widget, metadata={"name": "wrong"}, spec={"size": 0})
    assert refused(lambda: custom.create_namespaced_custom_object(*place, wrong)) == 422
    status = {"status": {"ready": True}}
    custom.patch_namespaced_custom_object_status(*place, "first", status)
    found = custom.get_namespaced_custom_object(*place, "first")
    assert found["status"] == {"ready": True} and found["metadata"]["generation"] == 1


def watches():
    seen = []
    begun = core.list_namespaced_config_map("python").metadata.resource_version
    core_of_thread = client.CoreV1Api()

    def change():
        core_of_thread.create_namespaced_config_map("python", {"metadata": {"name": "watched"}})
        core_of_thread.delete_namespaced_config_map("watched", "python")

    changing = threading.Thread(target=change)
    changing.start()
    events = watch.Watch()
    for event in events.stream(
        core.list_namespaced_config_map, "python", resource_version=begun, timeout_seconds=10
    ):
        seen.append((event["type"], event["object"].metadata.name))
        if event["type"] == "DELETED":
            events.stop()
    changing.join()
    assert seen == [("ADDED", "watched"), ("DELETED", "watched")], seen


for check in (built_in_kinds, custom_kinds, watches):
    check()
    print(f"{check.__name__}: passed")
