import type { FlagValues } from './flag.ts'

/** The flags of every operator: those of operators in Go, under their names and defaults. */
export const operatorFlags = {
  kubeconfig: {
    type: 'string',
    default: '',
    description:
      'Path to a kubeconfig. Without it: KUBECONFIG, then the cluster that this runs in, then ~/.kube/config.',
  },
  'metrics-bind-address': {
    type: 'string',
    default: '0',
    description:
      'The address the metrics endpoint binds to: :8443 for HTTPS, :8080 for HTTP, 0 for none.',
  },
  'metrics-secure': {
    type: 'boolean',
    default: true,
    description:
      'Serve metrics over HTTPS, to whoever the API server knows and allows. With false, over HTTP to everybody.',
  },
  'metrics-cert-path': {
    type: 'string',
    default: '',
    description:
      'The directory that contains the certificate of the metrics server. Without it, one is made that nobody trusts.',
  },
  'metrics-cert-name': {
    type: 'string',
    default: 'tls.crt',
    description: 'The name of the certificate file of the metrics server.',
  },
  'metrics-cert-key': {
    type: 'string',
    default: 'tls.key',
    description: 'The name of the key file of the metrics server.',
  },
  'health-probe-bind-address': {
    type: 'string',
    default: ':8081',
    description: 'The address the probe endpoint binds to; 0 for none.',
  },
  'pprof-bind-address': {
    type: 'string',
    default: '0',
    description: 'The address profiles are served at, such as 127.0.0.1:6060; 0 for none.',
  },
  'leader-elect': {
    type: 'boolean',
    default: false,
    description: 'Let one replica at a time run the controllers.',
  },
  'leader-elect-resource-namespace': {
    type: 'string',
    default: '',
    description: 'The namespace of the Lease. Without it, that of the kubeconfig or of the pod.',
  },
  'webhook-host': {
    type: 'string',
    default: '',
    description: 'The address that webhooks are served at. Without it, all addresses.',
  },
  'webhook-port': {
    type: 'integer',
    default: 9443,
    description: 'The port that webhooks are served at; 0 picks one.',
  },
  'webhook-cert-path': {
    type: 'string',
    default: '',
    description: 'The directory that contains the webhook certificate.',
  },
  'webhook-cert-name': {
    type: 'string',
    default: 'tls.crt',
    description: 'The name of the webhook certificate file.',
  },
  'webhook-cert-key': {
    type: 'string',
    default: 'tls.key',
    description: 'The name of the webhook key file.',
  },
  'webhook-service': {
    type: 'string',
    default: '',
    description:
      'In place of files: the Service of the webhooks, as name or namespace/name. Certificates are made for it, and their authority is written into whatever calls the webhooks.',
  },
  'webhook-secret': {
    type: 'string',
    default: 'webhook-server-cert',
    description: 'The Secret that keeps the certificates that are made, beside the Service.',
  },
  'webhook-configuration-prefix': {
    type: 'string',
    default: '',
    description:
      'What the names of the webhook configurations begin with that the authority is written into: database- for database-mutating-webhook-configuration.',
  },
  namespace: {
    type: 'string',
    default: '',
    description:
      'The namespaces that the cache and the controllers see, separated by commas. Without it, all.',
  },
  'log-level': {
    type: 'string',
    choices: ['debug', 'info', 'warn', 'error'],
    default: 'info',
    description: 'Lines below this level are not logged.',
  },
  'log-format': {
    type: 'string',
    choices: ['auto', 'text', 'json'],
    default: 'auto',
    description: 'How lines are logged; auto is text on a terminal and JSON elsewhere.',
  },
} as const

export type OperatorFlagValues = FlagValues<typeof operatorFlags>
