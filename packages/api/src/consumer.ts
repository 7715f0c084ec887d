import { defineResource, type Resource } from '@fairlead/kube-core'
import { Type, type Static } from 'typebox'
import { categories, group, version } from './group.ts'
import { accessFields } from './schema/access.ts'
import { ageColumn, conditionColumn, conditions, observedGeneration } from './schema/conditions.ts'
import { choice, mapList, object, record, setList, text, typed } from './schema/fields.ts'
import { dateTime, itemName, namespaceName, objectName } from './schema/formats.ts'
import { secretReference } from './schema/references.ts'

const apiKey = object(
  'An API key of the consumer.',
  {
    name: itemName('Name of the key, unique within the consumer.'),
    secretRef: Type.Optional(
      secretReference('Secret that holds the key.', { defaultKey: 'api-key' }),
    ),
    sha256: Type.Optional(
      text(
        'SHA-256 of the key as lower-case hexadecimal digits, so that the key itself is stored nowhere.',
        {
          max: 64,
          pattern: '^[0-9a-f]{64}$',
        },
      ),
    ),
    expiresAt: Type.Optional(dateTime('When the key expires. Defaults to never.')),
  },
  {
    rules: [
      {
        rule: 'has(self.secretRef) != has(self.sha256)',
        message: 'exactly one of secretRef and sha256 must be given',
      },
    ],
  },
)

/** What is the same in all versions. */
export const consumerFields = {
  groups: setList(
    'Groups that the consumer belongs to, such as departments or teams; routing policies can match them. Defaults to none.',
    text('A group.', { min: 1, max: 253 }),
    { max: 64, default: [] },
  ),
  metadata: record(
    'Facts about the consumer, such as a cost centre, that conditions see as consumer.metadata. Defaults to none.',
    text('Value of the fact.', { max: 1024 }),
    { max: 64, default: {} },
  ),
  apiKeys: mapList('API keys of the consumer. Defaults to none.', ['name'], apiKey, {
    max: 32,
    default: [],
  }),
  access: object(
    "What the consumer may use: exact names, or names with a trailing *. A name without a namespace means the consumer's; what is in another namespace is named namespace/name, and needs a ReferenceGrant there. Defaults to everything in its namespace.",
    accessFields(['*'], 'Defaults to all.'),
    { default: {} },
  ),
}

const serviceAccount = object('A Kubernetes ServiceAccount.', {
  namespace: namespaceName('Namespace of the ServiceAccount.'),
  name: objectName('Name of the ServiceAccount.'),
})

/** Said of `serviceAccounts` in all versions. */
export const serviceAccountsDescription = (form: string) =>
  `Kubernetes ServiceAccounts that are this consumer${form}: where LLMGateway spec.auth.methods has ServiceAccount, their pods call with their own token. Those of another namespace need a ReferenceGrant there. Defaults to none.`

const spec = object('Who the consumer is, and what it may use.', {
  ...consumerFields,
  serviceAccounts: mapList(serviceAccountsDescription(''), ['namespace', 'name'], serviceAccount, {
    max: 64,
    default: [],
  }),
})

const keyStatus = object('An API key of spec.apiKeys.', {
  name: itemName('Name of the key.'),
  state: choice('Active; Expiring within seven days; Expired, and refused with api_key_expired.', [
    'Active',
    'Expiring',
    'Expired',
  ]),
  expiresAt: Type.Optional(dateTime('When the key expires. Absent if it never does.')),
})

const status = object('Observed state, written by the operator.', {
  observedGeneration: observedGeneration(),
  conditions: conditions('Accepted, ResolvedRefs and, with API keys, KeysValid.'),
  keys: Type.Optional(mapList('Whether the API keys are good.', ['name'], keyStatus, { max: 32 })),
})

export type ConsumerSpec = Static<typeof spec>
export type ConsumerStatus = Static<typeof status>
export type ConsumerApiKey = Static<typeof apiKey>
export type ConsumerKeyStatus = Static<typeof keyStatus>
export type Consumer = Resource<ConsumerSpec, ConsumerStatus>

/** What the versions of the kind share. */
export const consumerDeclaration = {
  group,
  kind: 'Consumer',
  plural: 'consumers',
  shortNames: ['llmc'],
  categories,
  description: 'An application, team or person that may call: its keys, groups and permissions.',
  status: typed(status),
  printColumns: [
    { name: 'Groups', type: 'string', jsonPath: '.spec.groups[*]' },
    conditionColumn('Accepted'),
    conditionColumn('ResolvedRefs'),
    conditionColumn('KeysValid'),
    { name: 'Models', type: 'string', jsonPath: '.spec.access.models[*]', priority: 1 },
    ageColumn,
  ],
} as const

/** An application, team or person that may call. */
export const Consumer = defineResource({ ...consumerDeclaration, version, spec: typed(spec) })
