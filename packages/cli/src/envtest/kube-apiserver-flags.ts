import type { FlagDefinition, FlagTable } from './go-flags.ts'

type FlagType = FlagDefinition['type']

const obeyed = (type: FlagType, text: string): FlagDefinition => ({
  type,
  treatment: 'obeyed',
  text,
})
const needless = (type: FlagType, text: string): FlagDefinition => ({
  type,
  treatment: 'needless',
  text,
})
const refused = (type: FlagType, text: string): FlagDefinition => ({
  type,
  treatment: 'refused',
  text,
})

const nothingRuns = 'no containers are run'
const noKubelet = 'there is no kubelet to ask'
const noAudit = 'there is no audit log'
const ownStorage = "objects are kept by the server itself, in the directory of its etcd's data"
const ownBounds = "the server's own bounds are in force"
const noAggregation = 'no aggregated API servers are called'
const noFrontProxy = 'no proxy in front is believed who its callers are'
const noOtherIssuers = 'tokens of other issuers are not accepted'
const noWebhookForUsers = 'users are not looked up elsewhere'

/**
 * The flags of kube-apiserver 1.32 that tests of operators give, with the meaning and the defaults
 * of its own options (`cmd/kube-apiserver/app/options`). A flag that is not here is unknown.
 */
export const kubeApiServerFlags: FlagTable = {
  'anonymous-auth': obeyed(
    'boolean',
    'whether requests without credentials are answered (default true; never with AlwaysAllow)',
  ),
  'api-audiences': obeyed('list', 'audiences of tokens for this API (default the issuer)'),
  'authorization-mode': obeyed('list', 'AlwaysAllow, or RBAC and Node (default AlwaysAllow)'),
  'bind-address': obeyed('text', 'address to listen on (default 0.0.0.0)'),
  'cert-dir': obeyed('text', 'directory of apiserver.crt and apiserver.key (default none)'),
  'client-ca-file': obeyed('text', 'authorities whose client certificates name users'),
  'disable-admission-plugins': obeyed('list', 'admission plugins that are off'),
  'enable-admission-plugins': obeyed('list', 'admission plugins that are on beside the default'),
  'etcd-prefix': obeyed('text', 'where in its data the objects are (default /registry)'),
  'etcd-servers': obeyed('list', 'the etcd that was started before; the first is used'),
  'feature-gates': obeyed('list', 'features that are on or off, such as MutatingAdmissionPolicy'),
  help: obeyed('boolean', 'print this'),
  'runtime-config': obeyed('list', 'versions that are served beside the default ones'),
  'secure-port': obeyed('text', 'port to listen on (default 6443)'),
  'service-account-issuer': obeyed('list', 'who tokens of service accounts are from'),
  'service-account-key-file': obeyed('list', 'keys whose tokens of service accounts are taken'),
  'service-account-signing-key-file': obeyed('text', 'key that signs tokens of service accounts'),
  'tls-cert-file': obeyed('text', 'certificate to serve with, followed by those of its issuers'),
  'tls-private-key-file': obeyed('text', 'key of --tls-cert-file'),
  'token-auth-file': obeyed('text', 'bearer tokens of users, as CSV'),
  version: obeyed('boolean', 'print which version of the API is served'),

  'advertise-address': needless('text', 'no Service leads to this server'),
  'allow-privileged': needless('boolean', nothingRuns),
  'apiserver-count': needless('text', 'there is one server'),
  'default-not-ready-toleration-seconds': needless('text', nothingRuns),
  'default-unreachable-toleration-seconds': needless('text', nothingRuns),
  'default-watch-cache-size': needless('text', ownBounds),
  'delete-collection-workers': needless('text', 'objects are deleted one after another'),
  'enable-aggregator-routing': needless('boolean', noAggregation),
  'enable-garbage-collector': needless('boolean', 'nobody collects garbage'),
  'enable-priority-and-fairness': needless('boolean', ownBounds),
  'endpoint-reconciler-type': needless('text', 'there is one server'),
  'etcd-compaction-interval': needless('text', ownStorage),
  'etcd-count-metric-poll-period': needless('text', ownStorage),
  'event-ttl': needless('text', 'events are kept for an hour'),
  'goaway-chance': needless('text', 'connections are HTTP/1.1'),
  'http2-max-streams-per-connection': needless('text', 'connections are HTTP/1.1'),
  'kubelet-certificate-authority': needless('text', noKubelet),
  'kubelet-client-certificate': needless('text', noKubelet),
  'kubelet-client-key': needless('text', noKubelet),
  'kubelet-preferred-address-types': needless('list', noKubelet),
  'kubelet-timeout': needless('text', noKubelet),
  'lease-reuse-duration-seconds': needless('text', ownStorage),
  'logging-format': needless('text', 'the log is text'),
  'max-mutating-requests-inflight': needless('text', ownBounds),
  'max-requests-inflight': needless('text', ownBounds),
  'min-request-timeout': needless('text', ownBounds),
  profiling: needless('boolean', 'there are no profiles'),
  'proxy-client-cert-file': needless('text', noAggregation),
  'proxy-client-key-file': needless('text', noAggregation),
  'request-timeout': needless('text', ownBounds),
  'service-account-lookup': needless('boolean', 'tokens end with their account'),
  'service-cluster-ip-range': needless('list', 'addresses are from 10.0.0.0/24'),
  'service-node-port-range': needless('text', 'ports are from 30000-32767'),
  'shutdown-delay-duration': needless('text', 'it stops at once'),
  'service-account-extend-token-expiration': needless('boolean', 'no pod gets a token'),
  'storage-backend': needless('text', ownStorage),
  'storage-media-type': needless('text', ownStorage),
  'tls-cipher-suites': needless('list', "TLS has Node.js's default cipher suites"),
  'tls-min-version': needless('text', 'connections have TLS 1.2 or 1.3'),
  v: needless('text', 'the log has one level'),
  vmodule: needless('text', 'the log has one level'),
  'watch-cache': needless('boolean', ownBounds),
  'watch-cache-sizes': needless('list', ownBounds),

  'audit-log-format': refused('text', noAudit),
  'audit-log-maxage': refused('text', noAudit),
  'audit-log-maxbackup': refused('text', noAudit),
  'audit-log-maxsize': refused('text', noAudit),
  'audit-log-mode': refused('text', noAudit),
  'audit-log-path': refused('text', noAudit),
  'audit-policy-file': refused('text', noAudit),
  'audit-webhook-batch-max-size': refused('text', noAudit),
  'audit-webhook-config-file': refused('text', noAudit),
  'audit-webhook-mode': refused('text', noAudit),
  'authentication-config': refused('text', noOtherIssuers),
  'authentication-token-webhook-config-file': refused('text', noWebhookForUsers),
  'authorization-config': refused('text', noWebhookForUsers),
  'authorization-policy-file': refused('text', 'there is no ABAC'),
  'authorization-webhook-config-file': refused('text', noWebhookForUsers),
  'cors-allowed-origins': refused('list', 'pages of other origins are not answered'),
  'enable-bootstrap-token-auth': refused('boolean', 'bootstrap tokens are not accepted'),
  'encryption-provider-config': refused('text', 'nothing is encrypted at rest'),
  'oidc-client-id': refused('text', noOtherIssuers),
  'oidc-issuer-url': refused('text', noOtherIssuers),
  'oidc-ca-file': refused('text', noOtherIssuers),
  'oidc-groups-claim': refused('text', noOtherIssuers),
  'oidc-username-claim': refused('text', noOtherIssuers),
  'requestheader-allowed-names': refused('list', noFrontProxy),
  'requestheader-client-ca-file': refused('text', noFrontProxy),
  'requestheader-extra-headers-prefix': refused('list', noFrontProxy),
  'requestheader-group-headers': refused('list', noFrontProxy),
  'requestheader-username-headers': refused('list', noFrontProxy),
  'service-account-max-token-expiration': refused('text', 'tokens last as long as is asked for'),
  'tls-sni-cert-key': refused('list', 'one certificate is served'),
}
