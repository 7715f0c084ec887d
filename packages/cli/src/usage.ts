const general = `Fairlead: a Kubernetes-native LLM gateway

Usage: fairlead <command> [flags]

Commands
  up             embedded API server, operator and gateway
  operator       the control plane alone, for a cluster (--kubeconfig, or in-cluster);
                 init, create and manifests: projects of operators (fairlead operator init -h)
  gateway        the data plane alone, from a cluster or from --manifests DIR
  apiserver      the embedded Kubernetes API server alone (fairlead apiserver -h)
  explain-route  where a call would go and why, from a running gateway
  audit          what was refused, and who changed what, of a data directory
  usage          what was used, from a running gateway (fairlead usage -h)
  key            API keys of Consumers (fairlead key -h)
  envtest        programs with which Go's envtest starts the API server (fairlead envtest -h)
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
  --drain DURATION      how long calls in progress may take at a stop (default 20s)
  --named-secrets       gateway only: read each Secret by its name, as roles with
                        resourceNames allow, and not all of the cluster
  --gateway-image NAME  operator only: image of the gateways that it runs
                        (default ghcr.io/fairlead/fairlead of this version)
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

const ofUsage = `fairlead usage: what was used, by the calls that have ended

Usage: fairlead usage [flags]

Flags
  --from DAY            first day in UTC, such as 2026-01-31 (default 30 days up to --to)
  --to DAY              last day in UTC (default today)
  --by WHAT             what is told apart, separated by commas: day, namespace, consumer,
                        group, model, provider, prompt (default consumer)
  --consumer NS/NAME    of this Consumer only
  --group NAME          of callers in this group only
  --namespace NS        of the Consumers of this namespace only
  --url URL             the gateway's admin port (default the one of the data directory)
  --data-dir DIR        directory of a running fairlead up (default .fairlead)
  -o, --output FORMAT   text, wide (all columns) or json (default text)

A caller in several groups counts in each of them; the total counts each call once.
`

const ofKey = `fairlead key: API keys of Consumers

Usage
  fairlead key create CONSUMER [--name KEY] [--expires 90d] [--hashed | --secret NAME]
  fairlead key list CONSUMER
  fairlead key rotate CONSUMER KEY [--overlap 24h] [--expires 90d] [--hashed | --secret NAME]
  fairlead key revoke CONSUMER KEY

CONSUMER is NAME or NS/NAME. Rotating makes a new key, and lets the old one expire after the
overlap.

Flags
  --namespace NS        namespace of a CONSUMER without one (default default)
  --name KEY            name of the new key within the Consumer (default main, or main-2 …)
  --expires TIME        how long the new key is good for, such as 90d or 12h, or never; needed
                        to rotate a key that expires (default never)
  --hashed              store only the SHA-256 of the key, in the Consumer; it is shown once
  --secret NAME         name of the Secret for the key (default CONSUMER-key-KEY)
  --overlap TIME        how long the old key stays good, such as 24h or 0s (default 24h)
  --kubeconfig FILE     the cluster (default that of the data directory, else kubectl's)
  --url URL             the gateway's admin port, which knows when keys were used last
  --data-dir DIR        directory of a running fairlead up (default .fairlead)
  -o, --output FORMAT   text or json (default text)
`

const ofApiserver = `fairlead apiserver: the embedded Kubernetes API server alone

Usage: fairlead apiserver [flags]

Flags
  --data-dir DIR        directory for objects and credentials (default .fairlead)
  --in-memory           keep objects and credentials in memory; they end with the process
  --stages              make workloads ready, although nothing runs (default off)
  --host ADDRESS        address to listen on (default 127.0.0.1)
  --port PORT           port to listen on (default 7443; 0 picks a free one); also --api-port
  --kubeconfig FILE     where to write the kubeconfig (default kubeconfig in the data directory)
  --watch-history N     how many changes are kept for watches that reconnect (default 10000)
  --authorization MODE  RBAC, or AlwaysAllow, also without credentials (default RBAC)
  --token-auth-file FILE
                        bearer tokens of users, each line token,user,uid,"group,group"
  --enable-admission-plugins NAMES
                        plugins that are on beside the default ones, separated by commas
  --disable-admission-plugins NAMES
                        plugins that are off
  --feature-gates GATES
                        features, such as MutatingAdmissionPolicy=true
  --runtime-config VERSIONS
                        versions that are served beside the default ones, such as
                        admissionregistration.k8s.io/v1alpha1=true, or all with api/all=true
  --log-level LEVEL     debug, info, warn, error or silent (default info)

Flags of kube-apiserver for who is who are obeyed as well: --anonymous-auth,
--authorization-mode, --client-ca-file, --api-audiences, --service-account-issuer,
--service-account-key-file, --service-account-signing-key-file, --tls-cert-file,
--tls-private-key-file and --cert-dir. Others of its flags that have nothing to act
on are said in the log; those that ask for what is not done here are an error.

It prints where it is once it is ready, and stops on SIGTERM or Ctrl-C.
`

const ofEnvtest = `fairlead envtest: the API server for tests of operators in Go

Usage
  fairlead envtest assets DIRECTORY

Writes the programs etcd and kube-apiserver, which envtest of sigs.k8s.io/controller-runtime starts
where KUBEBUILDER_ASSETS names the directory, and links kubectl there if it is on the path:

  fairlead envtest assets bin/fairlead
  KUBEBUILDER_ASSETS=$PWD/bin/fairlead go test ./...

They run this Fairlead with this Node.js: write them again when either has moved.
kube-apiserver --help says which flags it obeys; a flag that it cannot obey is an error.
`

/** What `--help` prints, of all commands or of one that has a text of its own. */
export function usageOf(command: string | undefined): string {
  if (command === 'usage') return ofUsage
  if (command === 'apiserver') return ofApiserver
  if (command === 'envtest') return ofEnvtest
  return command === 'key' ? ofKey : general
}
