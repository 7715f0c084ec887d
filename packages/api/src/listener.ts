import { Type } from 'typebox'
import { choice, integer, object } from './schema/fields.ts'
import { itemName } from './schema/formats.ts'
import { reference } from './schema/references.ts'

/** One of `LLMGateway.spec.listeners`. */
export const listener = object(
  'A port that callers connect to.',
  {
    name: itemName('Name of the listener, unique within the gateway.'),
    port: integer('TCP port to listen on.', { min: 1, max: 65535 }),
    protocol: choice('HTTP, or HTTPS, which needs tls. Defaults to HTTP.', ['HTTP', 'HTTPS'], {
      default: 'HTTP',
    }),
    tls: Type.Optional(
      object('TLS settings, for protocol HTTPS.', {
        certificateRef: reference('Secret of type kubernetes.io/tls with tls.crt and tls.key.'),
      }),
    ),
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
