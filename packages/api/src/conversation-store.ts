import { defineResource, type Resource } from '@fairlead/kube-core'
import { Type, type Static } from 'typebox'
import { categories, group, version } from './group.ts'
import { ageColumn, conditionColumn, conditions, observedGeneration } from './schema/conditions.ts'
import { choice, object, text, typed } from './schema/fields.ts'
import { duration } from './schema/formats.ts'
import { secretReference } from './schema/references.ts'

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
        urlSecretRef: secretReference('Secret that holds the URL, redis:// or rediss://.', {
          defaultKey: 'url',
        }),
      }),
    ),
    postgres: Type.Optional(
      object('The server, for type Postgres.', {
        urlSecretRef: secretReference('Secret that holds the URL, postgres://.', {
          defaultKey: 'url',
        }),
      }),
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
