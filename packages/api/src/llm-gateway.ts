import { defineResource, type Resource } from '@fairlead/kube-core'
import { Type, type Static } from 'typebox'
import { categories, group, version } from './group.ts'
import { ageColumn, conditionColumn, conditions, observedGeneration } from './schema/conditions.ts'
import {
  atomicList,
  choice,
  flag,
  integer,
  mapList,
  object,
  record,
  setList,
  text,
  typed,
} from './schema/fields.ts'
import { dateTime, duration, itemName, modelName, objectName } from './schema/formats.ts'
import { reference, secretReference } from './schema/references.ts'

const listener = object(
  'One address that callers can use.',
  {
    name: itemName('Name of the listener, unique within the gateway.'),
    port: integer('TCP port to listen on.', { min: 1, max: 65535 }),
    protocol: choice('HTTP, or HTTPS with a certificate. Defaults to HTTP.', ['HTTP', 'HTTPS'], {
      default: 'HTTP',
    }),
    tls: Type.Optional(
      object('What HTTPS needs.', {
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

const namespaceSelector = object('Labels that a namespace must have when from is Selector.', {
  matchLabels: Type.Optional(
    record(
      'Labels that a namespace must have, with their values.',
      text('Value of the label.', { max: 63 }),
      {
        max: 32,
      },
    ),
  ),
  matchExpressions: Type.Optional(
    atomicList(
      'Conditions on labels that must all hold.',
      object('A condition on one label.', {
        key: text('Name of the label.', { min: 1, max: 317 }),
        operator: choice('How the label relates to the values.', [
          'In',
          'NotIn',
          'Exists',
          'DoesNotExist',
        ]),
        values: Type.Optional(
          setList('Values for In and NotIn.', text('A value.', { max: 63 }), { max: 64 }),
        ),
      }),
      { max: 32 },
    ),
  ),
})

const allowedNamespaces = object(
  'Which namespaces may attach routing policies, prompts, personas and consumers. Defaults to the own namespace.',
  {
    from: choice(
      'Same: the own namespace; All: every namespace; Selector: those that match the selector. Defaults to Same.',
      ['Same', 'All', 'Selector'],
      { default: 'Same' },
    ),
    selector: Type.Optional(namespaceSelector),
  },
  {
    default: {},
    rules: [
      {
        rule: "(self.from == 'Selector') == has(self.selector)",
        message: 'selector goes with from: Selector, and Selector needs it',
      },
    ],
  },
)

const defaults = object(
  'What a call gets that says nothing about it.',
  {
    model: Type.Optional(modelName('Model for a call that names none.')),
    providers: atomicList(
      'Providers that are tried in this order for a model that no RoutingPolicy matches. Defaults to none.',
      reference('An LLMProvider.'),
      { max: 64, default: [] },
    ),
    contextStrategyRef: Type.Optional(
      reference(
        'ContextStrategy of conversations that choose none. Without one the full history is sent.',
      ),
    ),
    conversationStoreRef: Type.Optional(
      reference('ConversationStore of conversations. Without one they are kept in memory.'),
    ),
    personaRef: Type.Optional(reference('Persona of conversations that choose none.')),
  },
  { default: {} },
)

const limits = object(
  'Bounds that protect the gateway.',
  {
    maxRequestBytes: integer('Largest request body in bytes. Defaults to 10 MiB.', {
      min: 1024,
      max: 1_073_741_824,
      default: 10_485_760,
    }),
    requestTimeout: duration(
      'Longest time for a whole call, streaming included. Defaults to 300s.',
      {
        default: '300s',
      },
    ),
    firstTokenTimeout: duration(
      'Longest wait for the first byte of an answer from one provider. Defaults to 60s.',
      { default: '60s' },
    ),
    maxConcurrentRequests: integer(
      'Most calls at the same time in one replica; more get 503. Defaults to 10000.',
      { min: 1, max: 1_000_000, default: 10_000 },
    ),
  },
  { default: {} },
)

const state = object(
  'Where limits, caches and other state live that replicas share.',
  {
    type: choice(
      'InProcess for one replica, Redis for several. Defaults to InProcess.',
      ['InProcess', 'Redis'],
      {
        default: 'InProcess',
      },
    ),
    redis: Type.Optional(
      object('The Redis server.', {
        urlSecretRef: secretReference('Secret with the address, redis:// or rediss://.', {
          defaultKey: 'url',
        }),
      }),
    ),
  },
  {
    default: {},
    rules: [
      {
        rule: "(self.type == 'Redis') == has(self.redis)",
        message: 'redis.urlSecretRef goes with type Redis, and Redis needs it',
      },
    ],
  },
)

const spec = object('How the gateway listens, whom it serves and what its defaults are.', {
  listeners: mapList(
    'Addresses that callers can use. Defaults to HTTP on port 8080.',
    ['name'],
    listener,
    {
      min: 1,
      max: 16,
      default: [{ name: 'http', port: 8080, protocol: 'HTTP' }],
      rules: [
        {
          rule: 'self.all(a, self.exists_one(b, a.port == b.port))',
          message: 'two listeners cannot have the same port',
        },
      ],
    },
  ),
  allowedNamespaces,
  auth: object(
    'Who may call.',
    {
      mode: choice(
        'Required: only callers with a valid key or token; Optional: a key is checked when given; Disabled: everybody, keys are ignored. Defaults to Required.',
        ['Required', 'Optional', 'Disabled'],
        { default: 'Required' },
      ),
    },
    { default: {} },
  ),
  egress: object(
    'Where the gateway may connect to.',
    {
      privateNetworks: choice(
        'Whether providers may live at private addresses. Link-local and metadata addresses are always denied. Defaults to Deny.',
        ['Allow', 'Deny'],
        { default: 'Deny' },
      ),
    },
    { default: {} },
  ),
  defaults,
  limits,
  state,
})

const problem = object('A resource that the replica could not use.', {
  kind: text('Kind of the resource.', { min: 1, max: 63 }),
  namespace: text('Namespace of the resource.', { max: 63 }),
  name: text('Name of the resource.', { max: 253 }),
  reason: text('Why, in one word for programs.', { min: 1, max: 128 }),
  message: text('Why, in a sentence for people; never a secret value.', { max: 4096 }),
})

const providerHealth = object('How calls to a provider went lately.', {
  namespace: text('Namespace of the provider.', { max: 63 }),
  name: text('Name of the provider.', { max: 253 }),
  health: choice('What the last calls have shown; Unknown until the first one.', [
    'Healthy',
    'Unreachable',
    'Unauthorized',
    'RateLimited',
    'Unknown',
  ]),
  message: Type.Optional(
    text('What happened, in a sentence for people; never a secret value.', { max: 4096 }),
  ),
})

const replica = object('What one replica of the gateway runs.', {
  name: objectName('Name of the replica, unique within the gateway.'),
  address: Type.Optional(text('Address of the replica.', { max: 512 })),
  configHash: text('Hash of the configuration that the replica runs.', { max: 128 }),
  configGeneration: Type.Optional(
    integer('How often the replica has changed its configuration.', {
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
    }),
  ),
  reportedAt: dateTime('When the replica last reported.'),
  ready: flag('Whether the replica serves calls.'),
  version: Type.Optional(text('Version of Fairlead that the replica runs.', { max: 128 })),
  problems: Type.Optional(
    atomicList('Resources that the replica could not use, at most 64.', problem, { max: 64 }),
  ),
  providers: Type.Optional(
    atomicList('How calls to the providers went lately.', providerHealth, { max: 256 }),
  ),
})

const status = object('What the operator and the replicas observed.', {
  observedGeneration: observedGeneration(),
  conditions: conditions('Accepted, ResolvedRefs and Programmed.'),
  replicas: Type.Optional(
    mapList(
      'The replicas and what they run, each written by the replica itself.',
      ['name'],
      replica,
      {
        max: 256,
      },
    ),
  ),
})

export type LLMGatewaySpec = Static<typeof spec>
export type LLMGatewayStatus = Static<typeof status>
export type LLMGatewayReplica = Static<typeof replica>
export type LLMGatewayProblem = Static<typeof problem>
export type LLMGateway = Resource<LLMGatewaySpec, LLMGatewayStatus>

/** An address for model calls, with what holds for all calls through it. */
export const LLMGateway = defineResource({
  group,
  version,
  kind: 'LLMGateway',
  plural: 'llmgateways',
  shortNames: ['llmgw'],
  categories,
  description:
    'An address for model calls: listeners, who may attach, default providers, limits and shared state.',
  spec: typed(spec),
  status: typed(status),
  printColumns: [
    conditionColumn('Accepted'),
    conditionColumn('Programmed'),
    { name: 'Auth', type: 'string', jsonPath: '.spec.auth.mode' },
    { name: 'Model', type: 'string', jsonPath: '.spec.defaults.model' },
    conditionColumn('ResolvedRefs', { priority: 1 }),
    ageColumn,
  ],
})
