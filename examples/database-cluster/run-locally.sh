#!/bin/sh
# An API server that makes workloads ready, and the operator, until Ctrl-C. State is in .fairlead.
# WEBHOOK_PORT (9443) and API_PORT (7443) choose other ports.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
example=$root/examples/database-cluster
export PATH="$root/node_modules/.bin:$PATH"
state=${STATE_DIRECTORY:-$PWD/.fairlead/database-cluster}
webhook_port=${WEBHOOK_PORT:-9443}
export KUBECONFIG="$state/kubeconfig"
cli="$root/tools/run node --conditions=source $root/packages/cli/src/main.ts"

mkdir -p "$state"
rm -f "$KUBECONFIG"
$cli apiserver --in-memory --stages --data-dir "$state" --port "${API_PORT:-7443}" &
server=$!
operator=
stop() {
  for process in $operator $server; do
    kill "$process" 2>/dev/null || true
    wait "$process" || true
  done
}
trap stop EXIT
trap 'exit 0' INT TERM
until [ -s "$KUBECONFIG" ] && kubectl get --raw /readyz >/dev/null 2>&1; do
  kill -0 "$server" # it has failed if it is gone
  sleep 0.1
done

# Nothing runs behind Services here, and the Deployment would run nothing: the operator is a process
# of this machine, to which the Service of the webhooks leads.
sed "s/port: 9443/port: $webhook_port/" "$example"/manifests/01-*.yaml | kubectl apply -f -
kubectl apply -f "$example/manifests/02-rbac.yaml"
sed "s/port: 9443/port: $webhook_port/" "$example"/manifests/04-*.yaml | kubectl apply -f -
kubectl -n databases-system create service externalname webhook-service --external-name 127.0.0.1

"$root/tools/run" node --conditions=source "$example/src/main.ts" --log-format=text \
  --leader-elect --leader-elect-resource-namespace=databases-system --webhook-port="$webhook_port" \
  --webhook-service=databases-system/webhook-service --health-probe-bind-address=0 &
operator=$!
until kubectl create --dry-run=server -f "$example/samples" >/dev/null 2>&1; do
  kill -0 "$operator"
  sleep 0.1
done
printf 'The operator is ready. In another terminal:\n  export KUBECONFIG=%s\n' "$KUBECONFIG"
wait "$operator"
