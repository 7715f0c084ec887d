/** What `fairlead --help` prints. */
export const usage = `Fairlead: a Kubernetes-native LLM gateway

Usage: fairlead <command> [flags]

Commands
  up             embedded API server, operator and gateway
  operator       the control plane alone, for a cluster (--kubeconfig, or in-cluster)
  gateway        the data plane alone, from a cluster or from --manifests DIR
  apiserver      the embedded Kubernetes API server alone
  explain-route  where a call would go and why, from a running gateway
  audit          what was refused, and who changed what, of a data directory
  crds           print the custom resource definitions as YAML

Flags (each also as a FAIRLEAD_… variable in upper snake case)
  --data-dir DIR        directory for state (default .fairlead)
  --api-port PORT       port of the API server (default 7443; 0 picks a free one)
  --gateway-port PORT   port of the gateway (default 8080)
  --admin-port PORT     port of metrics and probes (default 9464)
  --admin-hosts NAMES   names, beside IP addresses and localhost, under which the
                        admin port may be asked, separated by commas
  --host ADDRESS        address to listen on (default 127.0.0.1)
  --kubeconfig FILE     use this cluster instead of the embedded API server
  --gateway NS/NAME     the LLMGateway to serve (default default/default)
  --replica NAME        name of this gateway in reports (default host name and port)
  --workers N           gateway processes, 1 to 64 (default LLMGateway spec.workers,
                        else 1 for up, one per core and at most 8 for gateway)
  --manifests DIR       gateway only: read resources from files, reloaded on change
  --no-quickstart       do not apply the quickstart resources at the first start
  --log-level LEVEL     debug, info, warn, error or silent (default info)

Flags of explain-route
  --model NAME          the model that is asked for
  --header NAME=VALUE   a header of the call; may be repeated
  --file FILE           the body of the call, as JSON
  --consumer NS/NAME    the Consumer that calls; its key is read from its Secret
  --api-key KEY         the caller's key; better FAIRLEAD_API_KEY
  --url URL             the gateway (default the one of the data directory)
  -o, --output FORMAT   text or json (default text)

Flags of audit
  --since DURATION      how far back, such as 24h or 30m (default everything)
  --consumer NS/NAME    only what this Consumer was refused
  --kind KIND           only Refusal or Change
  -o, --output FORMAT   text or json, one event per line (default text)
`
