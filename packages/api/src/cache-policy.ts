import { defineResource, type Resource } from '@fairlead/kube-core'
import type { Static } from 'typebox'
import { categories, group, version } from './group.ts'
import { ageColumn, conditionColumn, conditions, observedGeneration } from './schema/conditions.ts'
import { choice, integer, object, typed } from './schema/fields.ts'
import { decimal, duration } from './schema/formats.ts'
import {
  policyMatch,
  targetReferencesWithSections,
  targetStatuses,
} from './schema/policy-attachment.ts'

const cacheable = object(
  'Which answers are kept. Never kept are answers of conversations, and those that failed, broke off, were filtered, or ended at a limit of tokens.',
  {
    maxTemperature: decimal(
      'Calls that ask for a higher temperature are not answered from the cache. Calls that name none are. Defaults to 2, which is all of them.',
      { default: '2' },
    ),
    tools: choice(
      'Never: calls that offer the model tools are not answered from the cache; Exact: they are, if the tools are the same. Defaults to Never.',
      ['Never', 'Exact'],
      { default: 'Never' },
    ),
    maxBytes: integer('The largest answer that is kept, in bytes. Defaults to 1048576.', {
      min: 1024,
      max: 16_777_216,
      default: 1_048_576,
    }),
  },
  { default: {} },
)

const store = object(
  'How much is kept, on each machine: all gateway processes there share it. It is in memory, and empty after a restart.',
  {
    maxEntries: integer('Answers. Defaults to 10000.', {
      min: 1,
      max: 1_000_000,
      default: 10_000,
    }),
    maxBytes: integer('Bytes of all answers together. Defaults to 67108864.', {
      min: 65_536,
      max: 1_073_741_824,
      default: 67_108_864,
    }),
  },
  { default: {} },
)

const spec = object(
  'Answers that are given again to equal calls. For each call one policy applies: the one with the most specific target, of equal ones the oldest, then the one with the lower name.',
  {
    targetRefs: targetReferencesWithSections(
      'What the policy is attached to, from the most specific: Consumer, PromptTemplate, a rule of a RoutingPolicy, a RoutingPolicy, a model of an LLMProvider, an LLMProvider, LLMGateway. With an LLMProvider, calls that it may answer are meant.',
      ['LLMGateway', 'RoutingPolicy', 'LLMProvider', 'PromptTemplate', 'Consumer'],
      {
        kinds: ['RoutingPolicy', 'LLMProvider'],
        description:
          'A rule of a RoutingPolicy, or one of the models of an LLMProvider. Defaults to all of them.',
      },
    ),
    match: policyMatch,
    ttl: duration('How long an answer is given again, from 1s to 720h. Defaults to 1h.', {
      default: '1h',
    }),
    scope: choice(
      'Who shares answers. Consumer: nobody, each caller has its own; Group: callers of one namespace that have exactly the same groups, of which who has none shares with nobody; Gateway: all callers of one namespace. Defaults to Consumer.',
      ['Consumer', 'Group', 'Gateway'],
      { default: 'Consumer' },
    ),
    cacheable,
    store,
  },
  {
    rules: [
      {
        rule: "duration(self.ttl) >= duration('1s') && duration(self.ttl) <= duration('720h')",
        message: 'ttl must be between 1s and 720h',
      },
    ],
  },
)

const status = object('Observed state, written by the operator.', {
  observedGeneration: observedGeneration(),
  conditions: conditions('Accepted, ResolvedRefs and Enforced, over all targets.'),
  targets: targetStatuses(),
})

export type CachePolicySpec = Static<typeof spec>
export type CachePolicyStatus = Static<typeof status>
export type CachePolicy = Resource<CachePolicySpec, CachePolicyStatus>

/** Which answers are kept, for whom and for how long. */
export const CachePolicy = defineResource({
  group,
  version,
  kind: 'CachePolicy',
  plural: 'cachepolicies',
  shortNames: ['llmcache'],
  categories,
  description: 'Answers that are kept and given again to equal calls, without asking a model.',
  spec: typed(spec),
  status: typed(status),
  printColumns: [
    { name: 'Target', type: 'string', jsonPath: '.spec.targetRefs[*].name' },
    { name: 'TTL', type: 'string', jsonPath: '.spec.ttl' },
    { name: 'Scope', type: 'string', jsonPath: '.spec.scope' },
    conditionColumn('Accepted'),
    conditionColumn('Enforced'),
    ageColumn,
  ],
})
