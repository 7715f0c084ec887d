import type { ValidationRule } from '@fairlead/kube-core'
import { Type } from 'typebox'
import { choice, integer, object, text } from './fields.ts'
import { duration, namespaceName, objectName } from './formats.ts'
import { secretReference } from './references.ts'

/** How the picker of an InferencePool is asked. */
export const endpointPicker = object(
  'How the endpoint picker of the InferencePool in backendRef is asked, which chooses the server for each call.',
  {
    tls: choice(
      'TLS of the connection to the picker. Unverified: with any certificate, as pickers make their own at each start. Verified: with a certificate for the name of its Service. None: plain HTTP/2. Defaults to Unverified.',
      ['Unverified', 'Verified', 'None'],
      { default: 'Unverified' },
    ),
    caSecretRef: Type.Optional(
      secretReference(
        'With tls Verified: Secret with the certificates of authorities, as PEM, that are trusted instead of the usual ones. While it is missing or not PEM, no call is made.',
        { defaultKey: 'ca.crt' },
      ),
    ),
    timeout: duration(
      'Maximum time for a choice, connecting to the picker included. Pickers that queue calls may need a longer one. Defaults to 10s.',
      { default: '10s' },
    ),
  },
  {
    rules: [
      {
        rule: "!has(self.caSecretRef) || self.tls == 'Verified'",
        message: 'caSecretRef goes with tls Verified',
      },
    ],
  },
)

const poolGroup = 'inference.networking.k8s.io'

/** An object in the cluster, instead of an address. */
export const backendRef = object(
  'An object in the cluster that serves the models, instead of baseURL. A Service is called at http://<name>.<namespace>.svc:<port>, with tls at https, and the path of the preset or type, otherwise /v1. The name is resolved by DNS, so the gateway must run in the cluster. Of an InferencePool, the pod is called that its endpoint picker chooses. Addresses may be private whatever spec.egress of the LLMGateway says.',
  {
    group: text(
      `API group of the object: empty for a Service, ${poolGroup} for an InferencePool. Defaults to empty.`,
      {
        max: 253,
        default: '',
      },
    ),
    kind: choice(
      'Service, or InferencePool of the Gateway API Inference Extension. Defaults to Service.',
      ['Service', 'InferencePool'],
      { default: 'Service' },
    ),
    name: objectName('Name of the object.'),
    namespace: Type.Optional(
      namespaceName(
        "Namespace of the object. Defaults to the provider's; another namespace must permit it with a ReferenceGrant.",
      ),
    ),
    port: Type.Optional(
      integer('Port of the Service, which needs one; an InferencePool has its own.', {
        min: 1,
        max: 65535,
      }),
    ),
  },
  {
    rules: [
      {
        rule: "self.kind != 'Service' || (self.group == '' && has(self.port))",
        message: 'a Service has the empty group, and needs its port',
      },
      {
        rule: `self.kind != 'InferencePool' || (self.group == '${poolGroup}' && !has(self.port))`,
        message: `an InferencePool has the group ${poolGroup}, and no port`,
      },
    ],
  },
)

/** How a connection to the provider is secured. */
export const tls = object(
  'TLS of the connections to the provider, at least version 1.2, also through proxyURL. Only for https. Without it, the certificate authorities that Node.js comes with are trusted.',
  {
    caSecretRef: Type.Optional(
      secretReference(
        'Secret with the certificates of authorities, as PEM, that are trusted instead of the usual ones. While it is missing or not PEM, no call is made.',
        { defaultKey: 'ca.crt' },
      ),
    ),
    clientCertificateSecretRef: Type.Optional(
      object(
        'Secret of type kubernetes.io/tls, with the certificate (tls.crt) and key (tls.key) that the gateway shows the provider. While it is missing or not PEM, no call is made.',
        {
          name: objectName('Name of the Secret.'),
          namespace: Type.Optional(
            namespaceName(
              'Namespace of the Secret. Defaults to the same namespace; another namespace must permit it with a ReferenceGrant.',
            ),
          ),
        },
      ),
    ),
    serverName: Type.Optional(
      text(
        "Host name that the provider's certificate must have, and that the gateway asks for (SNI). Defaults to the host of the address.",
        { min: 1, max: 253, pattern: '^([-a-zA-Z0-9]+\\.)*[-0-9]*[a-zA-Z][-a-zA-Z0-9]*$' },
      ),
    ),
  },
)

/** Whose key a provider is asked with. */
export const authentication = object(
  'Whose key the provider is asked with.',
  {
    source: choice(
      'Credentials: a key of spec.credentials. Caller: the key that the caller sends for the provider, as Authorization (type Anthropic: x-api-key or Authorization; type AzureOpenAI: api-key or Authorization), and that reaches this provider only; the caller then gives its key for the gateway as x-fairlead-key. WorkloadIdentity: who the gateway itself is at Azure, Google Cloud or AWS, by the token of its service account, the agent of the cluster or the machine, with no key at all. Defaults to Credentials.',
      ['Credentials', 'Caller', 'WorkloadIdentity'],
      { default: 'Credentials' },
    ),
  },
  { default: {} },
)

/** The rules of an LLMProvider's spec about its connections. */
export const connectionRules: readonly ValidationRule[] = [
  {
    rule: '!(has(self.baseURL) && has(self.backendRef))',
    message: 'give baseURL or backendRef, not both',
  },
  {
    rule: "self.type != 'Simulator' || !(has(self.proxyURL) || has(self.tls) || has(self.backendRef))",
    message:
      'type Simulator connects to nothing, so proxyURL, tls and backendRef do not go with it',
  },
  {
    rule: "!has(self.endpointPicker) || (has(self.backendRef) && self.backendRef.kind == 'InferencePool')",
    message: 'endpointPicker goes with a backendRef of kind InferencePool',
  },
  {
    rule: "!has(self.backendRef) || self.backendRef.kind != 'InferencePool' || !has(self.proxyURL)",
    message: 'the pods of an InferencePool are called without a proxy: leave out proxyURL',
  },
  {
    // A pattern of the field would have a password repeated in the error, and in logs.
    rule: "!has(self.proxyURL) || self.proxyURL.matches('^http://[^\\\\s/?#@]+/?$')",
    message: 'proxyURL must be http://host:port, without user, password, path or query',
  },
  {
    rule: "!has(self.tls) || !has(self.baseURL) || self.baseURL.startsWith('https://')",
    message: 'tls goes with a baseURL that begins with https://',
  },
  {
    rule: "self.authentication.source != 'Caller' || (self.type != 'Simulator' && size(self.credentials) == 0)",
    message:
      'with authentication.source Caller the provider gets no key of its own: leave out credentials; type Simulator needs none',
  },
  {
    rule: "self.authentication.source != 'Caller' || !has(self.health.probe)",
    message:
      'with authentication.source Caller there is no key to probe with: leave out health.probe',
  },
]
