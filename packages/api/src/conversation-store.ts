import { defineResource, type Resource } from '@fairlead/kube-core'
import { Type, type Static } from 'typebox'
import { categories, group, version } from './group.ts'
import { ageColumn, conditionColumn, conditions, observedGeneration } from './schema/conditions.ts'
import { choice, flag, integer, object, text, typed } from './schema/fields.ts'
import { duration } from './schema/formats.ts'
import { secretReference } from './schema/references.ts'

/** How a server is verified. */
const tls = object(
  'TLS of the connections to the server, where the URL asks for it. Without it, the certificate authorities that Node.js comes with are trusted.',
  {
    caSecretRef: Type.Optional(
      secretReference(
        'Secret with the certificates of authorities, as PEM, that are trusted instead of the usual ones. While it is missing or not PEM, the store is not available.',
        { defaultKey: 'ca.crt' },
      ),
    ),
  },
)

const spec = object(
  'Where conversations are stored, and for how long.',
  {
    type: choice(
      'Memory: lost on restart; SQLite: a file, for a single replica; Redis, Postgres: a server, for any number of replicas.',
      ['Memory', 'SQLite', 'Redis', 'Postgres'],
    ),
    sqlite: Type.Optional(
      object('The database file, for type SQLite.', {
        path: text(
          'Path of the file, relative to the data directory. Defaults to conversations.db.',
          {
            min: 1,
            max: 1024,
            default: 'conversations.db',
          },
        ),
      }),
    ),
    redis: Type.Optional(
      object('The server, for type Redis.', {
        urlSecretRef: secretReference(
          'Secret that holds the URL: redis://, or rediss:// for TLS. When its value changes, calls go on over the earlier connection until the new one serves.',
          { defaultKey: 'url' },
        ),
        tls: Type.Optional(tls),
        keyPrefix: text(
          'What the names of all keys begin with. Stores of one server with one prefix share their conversations. Defaults to fairlead.',
          { min: 1, max: 64, pattern: '^[-._:a-zA-Z0-9]+$', default: 'fairlead' },
        ),
      }),
    ),
    postgres: Type.Optional(
      object('The server, for type Postgres.', {
        urlSecretRef: secretReference(
          'Secret that holds the URL, postgres://, whose sslmode asks for TLS. When its value changes, calls go on over the earlier connections until new ones serve.',
          { defaultKey: 'url' },
        ),
        tls: Type.Optional(tls),
        schema: text(
          'Schema of the database that the tables are in; it is created when missing. Stores with one schema share their conversations. Defaults to fairlead.',
          { min: 1, max: 63, pattern: '^[a-z_][a-z0-9_]*$', default: 'fairlead' },
        ),
        maxConnections: integer('Most connections of one replica. Defaults to 10.', {
          min: 2,
          max: 200,
          default: 10,
        }),
      }),
    ),
    encryption: Type.Optional(
      object(
        'Whether what is stored is encrypted (AES-256-GCM) with a key for each subject; what callers and models say, metadata, variables, personas and plans are. Ids, times, states, names of models and digests are not. A store has it from the beginning or never: to change that, move the conversations to another one.',
        {
          keySecretRef: secretReference(
            'Secret that holds the key which wraps those of the subjects: 32 bytes in base64, as openssl rand -base64 32 writes them. To replace it, set the new key, and the earlier one under the same name with previous- before it until the log says that the keys are wrapped. Without it nothing can be read.',
            { defaultKey: 'key' },
          ),
        },
      ),
    ),
    frozen: flag(
      'Whether what is stored stays as it is, as when it is moved to another ConversationStore: conversations can be read, and turns that run end, but calls that would change something get a 503. The Available condition says so. Defaults to false.',
      { default: false },
    ),
    retention: object(
      'How long conversations are retained.',
      {
        ttl: Type.Optional(
          duration(
            'Time after its last turn at which a conversation is deleted. Defaults to never.',
          ),
        ),
      },
      { default: {} },
    ),
  },
  {
    rules: [
      {
        rule: "self.type == 'SQLite' || !has(self.sqlite)",
        message: 'sqlite goes with type SQLite only',
      },
      {
        rule: "(self.type == 'Redis') == has(self.redis)",
        message: 'redis goes with type Redis, and Redis needs it',
      },
      {
        rule: "(self.type == 'Postgres') == has(self.postgres)",
        message: 'postgres goes with type Postgres, and Postgres needs it',
      },
      {
        rule: 'has(self.encryption) == has(oldSelf.encryption) && (!has(self.encryption) || self.encryption == oldSelf.encryption)',
        message:
          'encryption cannot be changed: make another ConversationStore and move the conversations there',
        fieldPath: '.encryption',
      },
    ],
  },
)

const status = object('Observed state, written by the operator.', {
  observedGeneration: observedGeneration(),
  conditions: conditions('Accepted, ResolvedRefs and Available.'),
})

export type ConversationStoreSpec = Static<typeof spec>
export type ConversationStoreStatus = Static<typeof status>
export type ConversationStore = Resource<ConversationStoreSpec, ConversationStoreStatus>

/** Where conversations are stored. */
export const ConversationStore = defineResource({
  group,
  version,
  kind: 'ConversationStore',
  plural: 'conversationstores',
  shortNames: ['llmstore'],
  categories,
  description:
    'Where conversations are stored (in memory, in a file or on a server) and for how long.',
  spec: typed(spec),
  status: typed(status),
  printColumns: [
    { name: 'Type', type: 'string', jsonPath: '.spec.type' },
    conditionColumn('Accepted'),
    conditionColumn('Available'),
    { name: 'TTL', type: 'string', jsonPath: '.spec.retention.ttl' },
    ageColumn,
  ],
})
