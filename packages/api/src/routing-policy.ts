import { defineResource, type Resource } from '@fairlead/kube-core'
import { Type, type Static } from 'typebox'
import { categories, group, version } from './group.ts'
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
import { itemName, modelName } from './schema/formats.ts'
import { reference } from './schema/references.ts'

const headerName = { min: 1, max: 256, pattern: '^[A-Za-z0-9-]+$' }

const match = object(
  'Which calls the rule is for. All given fields must hold; nothing given, or an empty list, matches all.',
  {
    models: setList(
      'Models that the call may name, exact or with a trailing *.',
      text('A model, or the start of its name followed by *.', {
        min: 1,
        max: 256,
        pattern: '^[^\\s*]*\\*?$',
      }),
      { max: 128, default: [] },
    ),
    groups: setList(
      "Departments or teams, from the Consumer or from the token's claims; one of them is enough.",
      text('A group.', { min: 1, max: 253 }),
      { max: 128, default: [] },
    ),
    consumers: setList(
      'Names of Consumers; one of them is enough.',
      text('Name of a Consumer, or namespace/name.', { min: 1, max: 317 }),
      { max: 128, default: [] },
    ),
    headers: mapList(
      'Headers that the request must carry.',
      ['name'],
      object('A header.', {
        name: text('Name of the header; upper and lower case are the same.', headerName),
        value: text('Exact value of the header.', { max: 4096 }),
      }),
      { max: 16, default: [] },
    ),
    promptTemplates: setList(
      'Names of PromptTemplates that the call uses; one of them is enough.',
      text('Name of a PromptTemplate, or namespace/name.', { min: 1, max: 317 }),
      { max: 128, default: [] },
    ),
    promptTypes: setList(
      'What the prompt is about, as the gateway recognises it: Code, Summarization, Extraction, Translation, Reasoning, Conversation and others.',
      text('A type of prompt.', { min: 1, max: 63, pattern: '^[A-Z][A-Za-z0-9]*$' }),
      { max: 32, default: [] },
    ),
    inputTokens: Type.Optional(
      object(
        'Length of the prompt in tokens, as counted locally.',
        {
          min: Type.Optional(integer('At least so many.', { min: 0, max: 100_000_000 })),
          max: Type.Optional(integer('At most so many.', { min: 0, max: 100_000_000 })),
        },
        {
          rules: [
            {
              rule: '!has(self.min) || !has(self.max) || self.min <= self.max',
              message: 'min must be at most max',
            },
          ],
        },
      ),
    ),
    cel: text(
      'An expression in CEL over request, consumer and context that must be true. Empty: no such condition.',
      { max: 4096, default: '' },
    ),
  },
  { default: {} },
)

const target = object('A provider and a model that may answer.', {
  name: itemName('Name of the target, unique within the rule.'),
  providerRef: reference('The LLMProvider.'),
  model: Type.Optional(
    modelName("The provider's model to use instead of the one that was asked for."),
  ),
  weight: integer('Share of the calls for strategy Weighted. Defaults to 1; 0 gets none.', {
    min: 0,
    max: 1_000_000,
    default: 1,
  }),
})

const stickiness = object(
  'Whether later calls go to the target of the earlier one, as long as it is healthy.',
  {
    by: choice(
      'What calls must have in common. Defaults to None.',
      ['None', 'Conversation', 'Consumer', 'Header'],
      { default: 'None' },
    ),
    header: Type.Optional(text('Name of the header for by: Header.', headerName)),
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

const failure = choice('A failure.', ['RateLimited', 'ServerError', 'Timeout', 'Connect'])

const retry = object(
  'What happens when a target fails before the first byte of the answer reached the caller: the next target is tried.',
  {
    attempts: integer('Tries after the first one. Defaults to 2.', { min: 0, max: 10, default: 2 }),
    on: setList('Failures after which another try is made. Defaults to all of them.', failure, {
      max: 4,
      default: ['RateLimited', 'ServerError', 'Timeout', 'Connect'],
    }),
    // kubectl reads YAML 1.1, in which an unquoted `on` is the boolean true
    true: Type.Optional(
      setList(
        'What kubectl makes of an unquoted on: the same as on, and it wins over on.',
        failure,
        { max: 4 },
      ),
    ),
  },
  { default: {} },
)

const rule = object('Where some calls go.', {
  name: itemName('Name of the rule, unique within the policy.'),
  match,
  strategy: choice(
    'How a target is chosen. Weighted: by weight; Priority: the first healthy one in the order given; LeastLatency, LeastCost, LeastBusy: the best by that measure. Defaults to Weighted.',
    ['Weighted', 'Priority', 'LeastLatency', 'LeastCost', 'LeastBusy'],
    { default: 'Weighted' },
  ),
  targets: mapList('Providers and models that may answer.', ['name'], target, { min: 1, max: 32 }),
  stickiness,
  retry,
  mirror: Type.Optional(
    object('A second target that gets a copy of some calls; its answers are only measured.', {
      providerRef: reference('The LLMProvider.'),
      model: Type.Optional(modelName("The provider's model to use.")),
      percent: integer('Calls in a hundred that are copied. Defaults to 100.', {
        min: 0,
        max: 100,
        default: 100,
      }),
    }),
  ),
})

const spec = object('Which calls go to which provider.', {
  gatewayRefs: atomicList(
    'Gateways that the policy is for.',
    reference('An LLMGateway that allows this namespace.'),
    { min: 1, max: 16 },
  ),
  rules: mapList('The first rule that matches a call decides.', ['name'], rule, {
    min: 1,
    max: 64,
  }),
})

const gatewayStatus = object('What came of the policy at one gateway.', {
  gatewayRef: reference('The LLMGateway.'),
  controllerName: text('The controller that wrote this.', { min: 1, max: 253 }),
  conditions: conditions('Accepted and ResolvedRefs at this gateway.'),
})

const status = object('What the operator observed.', {
  observedGeneration: observedGeneration(),
  conditions: conditions('Accepted and ResolvedRefs over all gateways.'),
  gateways: Type.Optional(
    atomicList('What came of the policy at each gateway.', gatewayStatus, { max: 16 }),
  ),
})

export type RoutingPolicySpec = Static<typeof spec>
export type RoutingPolicyStatus = Static<typeof status>
export type RoutingPolicyGatewayStatus = Static<typeof gatewayStatus>
export type RoutingRule = Static<typeof rule>
export type RoutingMatch = Static<typeof match>
export type RoutingTarget = Static<typeof target>
export type RoutingPolicy = Resource<RoutingPolicySpec, RoutingPolicyStatus>

/** Decides which provider answers a call. */
export const RoutingPolicy = defineResource({
  group,
  version,
  kind: 'RoutingPolicy',
  plural: 'routingpolicies',
  shortNames: ['llmroute'],
  categories,
  description:
    'Which model calls go to which provider: by model, caller, prompt, length or expression.',
  spec: typed(spec),
  status: typed(status),
  printColumns: [
    { name: 'Gateway', type: 'string', jsonPath: '.spec.gatewayRefs[*].name' },
    conditionColumn('Accepted'),
    conditionColumn('ResolvedRefs'),
    { name: 'Rules', type: 'string', jsonPath: '.spec.rules[*].name', priority: 1 },
    ageColumn,
  ],
})
