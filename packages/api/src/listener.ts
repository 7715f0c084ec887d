import { Type } from 'typebox'
import { choice, integer, object } from './schema/fields.ts'
import { itemName } from './schema/formats.ts'
import { reference, secretReference } from './schema/references.ts'

const tls = object(
  'TLS settings, for protocol HTTPS.',
  {
    certificateRef: reference(
      'Secret of type kubernetes.io/tls with tls.crt and tls.key. A change applies to the connections that come after it; while it cannot be used, the last one that could is shown, and if there is none, no connection is served.',
    ),
    minVersion: choice(
      'Oldest version of TLS that is spoken. Defaults to TLS1.2.',
      ['TLS1.2', 'TLS1.3'],
      {
        default: 'TLS1.2',
      },
    ),
    clientCASecretRef: Type.Optional(
      secretReference(
        'Secret with the certificates of the authorities, as PEM, that sign the certificates of callers.',
        { defaultKey: 'ca.crt' },
      ),
    ),
    clientCertificates: choice(
      'None: callers are not asked for a certificate; Optional: one that a caller shows must be signed by an authority of clientCASecretRef; Required: every caller must show one. Who calls is decided by spec.auth. Defaults to None.',
      ['None', 'Optional', 'Required'],
      { default: 'None' },
    ),
  },
  {
    rules: [
      {
        rule: "(self.clientCertificates == 'None') == !has(self.clientCASecretRef)",
        message:
          'clientCASecretRef goes with clientCertificates Optional or Required, and these need it',
      },
    ],
  },
)

/** One of `LLMGateway.spec.listeners`. */
export const listener = object(
  'A port that callers connect to.',
  {
    name: itemName('Name of the listener, unique within the gateway.'),
    port: integer('TCP port to listen on.', { min: 1, max: 65535 }),
    protocol: choice('HTTP, or HTTPS, which needs tls. Defaults to HTTP.', ['HTTP', 'HTTPS'], {
      default: 'HTTP',
    }),
    tls: Type.Optional(tls),
  },
  {
    rules: [
      {
        rule: "(self.protocol == 'HTTPS') == has(self.tls)",
        message: 'tls.certificateRef goes with protocol HTTPS, and HTTPS needs it',
      },
    ],
  },
)
