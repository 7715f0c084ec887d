import { defineResource, type Resource } from '@fairlead/kube-core'
import { Type, type Static } from 'typebox'
import { audit } from './audit.ts'
import { cors } from './cors.ts'
import { deployment, deploymentStatusFields } from './deployment.ts'
import { authenticationFields, authenticationRules } from './authentication.ts'
import { categories, group, version } from './group.ts'
import { listener } from './listener.ts'
import { accessFields } from './schema/access.ts'
import { ageColumn, conditionColumn, conditions, observedGeneration } from './schema/conditions.ts'
import { atomicList, choice, integer, mapList, object, typed } from './schema/fields.ts'
import { duration, modelName } from './schema/formats.ts'
import { gatewayLimits } from './schema/gateway-limits.ts'
import { labelSelector } from './schema/label-selector.ts'
import { reference, secretReference } from './schema/references.ts'
import { replica, type problem } from './schema/replica-status.ts'
import { telemetry } from './telemetry.ts'

const namespaceSelector = labelSelector(
  'Selects namespaces by their labels, for from: Selector.',
  'a namespace',
)

const allowedNamespaces = object(
  "Which namespaces' resources the gateway serves. Defaults to its own namespace.",
  {
    from: choice(
      "Same: the gateway's own namespace; All: every namespace; Selector: namespaces that match the selector. Defaults to Same.",
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
  'Used for whatever a call does not specify.',
  {
    model: Type.Optional(modelName('Model for calls that name none.')),
    providers: atomicList(
      'Providers to try, in this order, for models that no RoutingPolicy matches. Defaults to none.',
      reference('An LLMProvider.'),
      { max: 64, default: [] },
    ),
    contextStrategyRef: Type.Optional(
      reference(
        'ContextStrategy of conversations that choose none. Without one, the full history is sent.',
      ),
    ),
    conversationStoreRef: Type.Optional(
      reference(
        'ConversationStore that holds conversations. Without one, they are kept in memory.',
      ),
    ),
    personaRef: Type.Optional(reference('Persona of conversations that choose none.')),
  },
  { default: {} },
)

const state = object(
  'Where state that replicas share, such as limits and caches, is stored.',
  {
    type: choice(
      'InProcess: for a single replica; Redis: for several. Defaults to InProcess.',
      ['InProcess', 'Redis'],
      {
        default: 'InProcess',
      },
    ),
    redis: Type.Optional(
      object('The Redis server.', {
        urlSecretRef: secretReference('Secret that holds the URL, redis:// or rediss://.', {
          defaultKey: 'url',
        }),
        timeout: duration(
          'How long a call waits for an answer of the server before onStoreFailure of its policies decides. From 1ms to 30s. Defaults to 250ms.',
          { default: '250ms' },
        ),
        leases: Type.Optional(
          object(
            'Parts of counters that worker processes borrow, so that a call need not ask the server. Without it, every call asks.',
            {
              percent: integer(
                'Of what is left of a limit, the greatest part that one worker borrows at a time. Defaults to 5.',
                { min: 1, max: 50, default: 5 },
              ),
              interval: duration(
                'How often workers tell the server what was used, and give back what they do not need. From 10ms to 10s. Defaults to 100ms.',
                { default: '100ms' },
              ),
            },
          ),
        ),
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

const spec = object('How the gateway listens, whom it serves, and its defaults and limits.', {
  listeners: mapList(
    'Ports that callers connect to, of which the first is served. Defaults to HTTP on port 8080.',
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
        'Required: every caller must prove who it is, as methods says; Optional: what is sent is verified, and a caller that sends nothing may use what anonymous.access lists; Disabled: what is sent is ignored, and anyone may use everything. Defaults to Required.',
        ['Required', 'Optional', 'Disabled'],
        { default: 'Required' },
      ),
      ...authenticationFields,
      anonymous: Type.Optional(
        object('Callers without a key, for mode Optional. Without it they are refused.', {
          access: object(
            "What they may use: exact names, or names with a trailing *. A name without a namespace means the gateway's; what is in another namespace is named namespace/name, and needs a ReferenceGrant there. Defaults to nothing.",
            accessFields([], 'Defaults to none.'),
            { default: {} },
          ),
        }),
      ),
    },
    {
      default: {},
      rules: [
        {
          rule: "!has(self.anonymous) || self.mode == 'Optional'",
          message: 'anonymous goes with mode Optional only: leave it out, or set that mode',
        },
        ...authenticationRules,
      ],
    },
  ),
  egress: object(
    'What the gateway may connect to.',
    {
      privateNetworks: choice(
        'Whether providers may have private addresses. Link-local and metadata addresses are always denied. Defaults to Deny.',
        ['Allow', 'Deny'],
        { default: 'Deny' },
      ),
    },
    { default: {} },
  ),
  cors: Type.Optional(cors),
  defaults,
  limits: gatewayLimits,
  workers: Type.Optional(
    integer(
      'Number of processes per replica that serve calls. Without it, `fairlead gateway` runs one per core, at most 8, and `fairlead up` runs one. `--workers` wins over it.',
      { min: 1, max: 64 },
    ),
  ),
  state,
  telemetry,
  audit,
  deployment: Type.Optional(deployment),
})

const status = object('Observed state, written by the operator and the replicas.', {
  observedGeneration: observedGeneration(),
  conditions: conditions('Accepted, ResolvedRefs, Programmed, StateStoreAvailable and Deployed.'),
  ...deploymentStatusFields,
  replicas: Type.Optional(
    mapList(
      'State of the replicas; each entry is written by the replica itself.',
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
export type LLMGatewayDeployment = NonNullable<LLMGatewaySpec['deployment']>
export type LLMGateway = Resource<LLMGatewaySpec, LLMGatewayStatus>

/** An entry point for model calls, with the settings that apply to all of them. */
export const LLMGateway = defineResource({
  group,
  version,
  kind: 'LLMGateway',
  plural: 'llmgateways',
  shortNames: ['llmgw'],
  categories,
  description:
    'An entry point for model calls: listeners, namespaces that it serves, defaults, limits and shared state.',
  spec: typed(spec),
  status: typed(status),
  scale: {
    specReplicasPath: '.spec.deployment.replicas',
    statusReplicasPath: '.status.deployment.replicas',
    labelSelectorPath: '.status.deployment.selector',
  },
  printColumns: [
    conditionColumn('Accepted'),
    conditionColumn('Programmed'),
    { name: 'Address', type: 'string', jsonPath: '.status.addresses[0].value' },
    { name: 'Replicas', type: 'string', jsonPath: '.status.deployment.summary' },
    { name: 'Auth', type: 'string', jsonPath: '.spec.auth.mode' },
    { name: 'Model', type: 'string', jsonPath: '.spec.defaults.model' },
    conditionColumn('ResolvedRefs', { priority: 1 }),
    ageColumn,
  ],
})
