import { defineResource, type Resource } from '@fairlead/kube-core'
import { Type, type Static } from 'typebox'
import { categories, group, version } from './group.ts'
import { callMatchFields, headerName } from './schema/call-match.ts'
import { ageColumn, conditionColumn, conditions, observedGeneration } from './schema/conditions.ts'
import {
  atomicList,
  choice,
  integer,
  mapList,
  object,
  setList,
  text,
  typed,
} from './schema/fields.ts'
import { duration, itemName, modelName } from './schema/formats.ts'
import { reference } from './schema/references.ts'
import { answerTimeouts } from './schema/timeouts.ts'

/** Bounds from 0 to `max`, each of which may be absent. */
const range = (description: string, max: number) =>
  object(
    description,
    {
      min: Type.Optional(integer('Minimum, inclusive.', { min: 0, max })),
      max: Type.Optional(integer('Maximum, inclusive.', { min: 0, max })),
    },
    {
      rules: [
        {
          rule: '!has(self.min) || !has(self.max) || self.min <= self.max',
          message: 'min must be at most max',
        },
      ],
    },
  )

const match = object(
  'Which calls the rule applies to. Every given field must match; an absent field or an empty list matches all calls.',
  {
    ...callMatchFields,
    promptTemplates: setList(
      'PromptTemplates that the call uses; any one of them matches.',
      text('Name of a PromptTemplate, or namespace/name.', { min: 1, max: 317 }),
      { max: 128, default: [] },
    ),
    promptTypes: setList(
      "What the prompt asks for, as the gateway's own classifier judges it from the last messages of the user and the instructions; any one of them matches.",
      choice('A type of prompt.', [
        'Code',
        'Summarization',
        'Extraction',
        'Translation',
        'Reasoning',
        'Conversation',
        'Classification',
        'Creative',
        'Math',
        'QuestionAnswering',
        'Rewriting',
      ]),
      { max: 11, default: [] },
    ),
    complexity: Type.Optional(
      range(
        'How much the last messages of the user ask for, from 0 to 100, as estimated by the gateway: below 30 a simple request, from 65 one with many demands. The length of a text to work on does not count.',
        100,
      ),
    ),
    inputTokens: Type.Optional(
      range('Length of the prompt in tokens, estimated by the gateway.', 100_000_000),
    ),
    cel: text(
      'CEL expression over request, consumer, conversation and prompt that must evaluate to true. If it cannot be evaluated for a call, the rule does not match. Empty: no condition.',
      { max: 4096, default: '' },
    ),
  },
  { default: {} },
)

const target = object('A provider, and optionally a model, that can answer.', {
  name: itemName('Name of the target, unique within the rule.'),
  providerRef: reference('The LLMProvider.'),
  model: Type.Optional(modelName("The provider's model to use. Defaults to the requested model.")),
  weight: integer(
    'Relative share of the calls, for strategy Weighted and for stickiness; between equals also for LeastBusy and LeastCost. Defaults to 1; a target of weight 0 is a fallback only, whatever the strategy but Priority.',
    {
      min: 0,
      max: 1_000_000,
      default: 1,
    },
  ),
})

const stickiness = object(
  "Whether related calls go to the same target, as long as it is available. Which one is computed from what they have in common and the targets' names and weights, so that all replicas agree and a removed target moves only its own calls. A call without it goes by the strategy.",
  {
    by: choice(
      "What related calls have in common. PromptPrefix: the tools' names and the text of the prompt up to its first message that is not a system message, 4,096 characters at most, so that providers' caches are used; in a conversation, the conversation. Defaults to None.",
      ['None', 'Conversation', 'Consumer', 'Header', 'PromptPrefix'],
      { default: 'None' },
    ),
    header: Type.Optional(text('Name of the header, for by: Header.', headerName)),
  },
  {
    default: {},
    rules: [
      {
        rule: "(self.by == 'Header') == has(self.header)",
        message: 'header goes with by: Header, and Header needs it',
      },
    ],
  },
)

const failure = choice('A type of failure.', ['RateLimited', 'ServerError', 'Timeout', 'Connect'])

const retry = object(
  'What happens when a target fails before content of the answer has come: the next target is tried. A key that is refused, an account without credit, a model that a target does not have or a call that it cannot express lead on to the next key or target in any case, and cost no attempt.',
  {
    attempts: integer('Attempts after the first one, over all targets. Defaults to 2.', {
      min: 0,
      max: 10,
      default: 2,
    }),
    within: Type.Optional(
      duration(
        "No further attempt begins later than this after the call's start. Defaults to no bound but the call's own.",
      ),
    ),
    conditions: setList(
      'Failures after which another attempt is made. Defaults to all of them.',
      failure,
      { max: 4, default: ['RateLimited', 'ServerError', 'Timeout', 'Connect'] },
    ),
  },
  { default: {} },
)

const rule = object(
  'Where matching calls are sent.',
  {
    name: itemName('Name of the rule, unique within the policy.'),
    match,
    strategy: choice(
      'How a target is chosen among those that are available. Weighted: at random, in proportion to the weights, less where a provider says that less than half of its quota is left; Priority: the first in the given order; LeastLatency: the faster of two drawn at random, by the time until recent answers began; LeastCost: the lowest price of this call, by spec.models[].price of the providers; LeastBusy: the fewest calls in flight at the provider. Latencies and calls in flight are those of one gateway process. Defaults to Weighted.',
      ['Weighted', 'Priority', 'LeastLatency', 'LeastCost', 'LeastBusy'],
      { default: 'Weighted' },
    ),
    targets: mapList('Providers and models that can answer.', ['name'], target, {
      min: 1,
      max: 32,
    }),
    stickiness,
    retry,
    timeouts: object(
      'How long an attempt of this rule may be silent or run, instead of what its provider says.',
      answerTimeouts({
        firstByte: "Defaults to the provider's.",
        idle: "Defaults to the provider's.",
        total: "Defaults to the provider's.",
      }),
      { default: {} },
    ),
    mirror: Type.Optional(
      object(
        'A further target that receives a copy of some calls once their own answer has begun. Its answers are read, measured and discarded; the caller never notices.',
        {
          providerRef: reference('The LLMProvider.'),
          model: Type.Optional(modelName("The provider's model to use.")),
          percent: integer('Percentage of calls to copy. Defaults to 100.', {
            min: 0,
            max: 100,
            default: 100,
          }),
        },
      ),
    ),
  },
  {
    rules: [
      {
        rule: "self.stickiness.by == 'None' || !(self.strategy in ['Priority', 'LeastCost'])",
        message:
          'stickiness goes with the strategies Weighted, LeastLatency and LeastBusy, which spread calls',
      },
    ],
  },
)

const spec = object('Which calls are sent to which provider.', {
  gatewayRefs: atomicList(
    'Gateways that the policy attaches to. Defaults to the gateway named default in the same namespace.',
    reference('An LLMGateway that allows this namespace.'),
    { min: 1, max: 16, default: [{ name: 'default' }] },
  ),
  rules: mapList('Rules, tried in order; the first that matches a call applies.', ['name'], rule, {
    min: 1,
    max: 64,
  }),
})

const gatewayStatus = object('Status of the policy at one gateway.', {
  gatewayRef: reference('The LLMGateway.'),
  controllerName: text('Controller that wrote this status.', { min: 1, max: 253 }),
  conditions: conditions('Accepted and ResolvedRefs, at this gateway.'),
})

const status = object('Observed state, written by the operator.', {
  observedGeneration: observedGeneration(),
  conditions: conditions('Accepted and ResolvedRefs, over all gateways.'),
  gateways: Type.Optional(
    atomicList('Status of the policy at each gateway.', gatewayStatus, { max: 16 }),
  ),
})

export type RoutingPolicySpec = Static<typeof spec>
export type RoutingPolicyStatus = Static<typeof status>
export type RoutingPolicyGatewayStatus = Static<typeof gatewayStatus>
export type RoutingRule = Static<typeof rule>
export type RoutingMatch = Static<typeof match>
export type RoutingTarget = Static<typeof target>
export type RoutingPolicy = Resource<RoutingPolicySpec, RoutingPolicyStatus>

/** Rules that decide which provider answers a call. */
export const RoutingPolicy = defineResource({
  group,
  version,
  kind: 'RoutingPolicy',
  plural: 'routingpolicies',
  shortNames: ['llmroute'],
  categories,
  description: 'Routes model calls to providers by model, caller, prompt, length or expression.',
  spec: typed(spec),
  status: typed(status),
  printColumns: [
    { name: 'Gateway', type: 'string', jsonPath: '.spec.gatewayRefs[*].name' },
    { name: 'Strategy', type: 'string', jsonPath: '.spec.rules[*].strategy' },
    { name: 'Targets', type: 'string', jsonPath: '.spec.rules[*].targets[*].providerRef.name' },
    conditionColumn('Accepted'),
    conditionColumn('ResolvedRefs'),
    { name: 'Rules', type: 'string', jsonPath: '.spec.rules[*].name', priority: 1 },
    ageColumn,
  ],
})
