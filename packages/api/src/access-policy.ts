import { defineResource, type Resource } from '@fairlead/kube-core'
import type { Static } from 'typebox'
import { categories, group, version } from './group.ts'
import { ageColumn, conditionColumn, conditions, observedGeneration } from './schema/conditions.ts'
import { atomicList, choice, object, setList, text, typed } from './schema/fields.ts'
import {
  policyMode,
  targetReferencesWithSections,
  targetStatuses,
} from './schema/policy-attachment.ts'

const names = (description: string, what: string) =>
  setList(description, text(what, { min: 1, max: 317, pattern: '^[^\\s*]*\\*?$' }), {
    max: 256,
    default: [],
  })

const subjects = object(
  'Whom the policy is for. Every given field must hold; without any, everyone.',
  {
    groups: setList(
      'Groups of the caller; any one of them.',
      text('A group.', { min: 1, max: 253 }),
      {
        max: 128,
        default: [],
      },
    ),
    notGroups: setList(
      'Groups of which the caller is in none.',
      text('A group.', { min: 1, max: 253 }),
      { max: 128, default: [] },
    ),
    consumers: setList(
      'Consumers, of the same namespace or as namespace/name; any one of them.',
      text('Name of a Consumer, or namespace/name.', { min: 1, max: 317 }),
      { max: 128, default: [] },
    ),
    serviceAccounts: setList(
      'ServiceAccounts whose token the caller sends, of the same namespace or as namespace/name; any one of them.',
      text('Name of a ServiceAccount, or namespace/name.', { min: 1, max: 317 }),
      { max: 128, default: [] },
    ),
    claims: atomicList(
      "Claims of the caller's token; all of them must hold.",
      object('A claim.', {
        name: text('Name of the claim; parts of a path are separated by dots.', {
          min: 1,
          max: 256,
        }),
        value: text('Value that it must have, or hold in its list.', { min: 0, max: 1024 }),
      }),
      { max: 16, default: [] },
    ),
    cel: text(
      'CEL expression over request, consumer, claims, conversation and prompt that must evaluate to true. If it cannot be evaluated for a call, a policy with action Deny holds and one with Allow does not. Empty: no condition.',
      { max: 4096, default: '' },
    ),
  },
  { default: {} },
)

const resources = object(
  'What the policy is about: exact names, or names with a trailing *. A name without a namespace is of the same namespace.',
  {
    models: names('Models as the caller names them.', 'A model name, or a prefix followed by *.'),
    providers: names('LLMProviders that may answer.', 'A name, or a prefix followed by *.'),
    promptTemplates: names('PromptTemplates.', 'A name, or a prefix followed by *.'),
    personas: names('Personas.', 'A name, or a prefix followed by *.'),
    tools: names(
      'Tools that the caller offers the model, by their names.',
      'A name, or a prefix followed by *.',
    ),
    features: setList(
      'Features of calls.',
      choice('A feature.', [
        'Streaming',
        'Tools',
        'Vision',
        'Audio',
        'Files',
        'StructuredOutput',
        'Conversations',
        'Prompts',
      ]),
      { max: 8, default: [] },
    ),
  },
  {
    rules: [
      {
        rule: '[size(self.models), size(self.providers), size(self.promptTemplates), size(self.personas), size(self.tools), size(self.features)].exists(count, count > 0)',
        message: 'at least one resource must be given; models: ["*"] means all models',
      },
    ],
  },
)

const spec = object('Who may use what. Every policy that matches applies; Deny wins.', {
  targetRefs: targetReferencesWithSections(
    'What the policy is attached to. Calls that pass any one of them are meant.',
    ['LLMGateway', 'RoutingPolicy', 'LLMProvider', 'PromptTemplate', 'Consumer'],
    {
      kinds: ['RoutingPolicy'],
      description: 'A rule of a RoutingPolicy. Defaults to all of them.',
    },
  ),
  action: choice(
    'Deny: the subjects may not use the resources; Allow: they may, and of every kind of resource that some Allow policy names nothing else may be used. Deny wins.',
    ['Allow', 'Deny'],
  ),
  mode: policyMode,
  subjects,
  resources,
})

const status = object('Observed state, written by the operator.', {
  observedGeneration: observedGeneration(),
  conditions: conditions('Accepted, ResolvedRefs and Enforced, over all targets.'),
  targets: targetStatuses(),
})

export type AccessPolicySpec = Static<typeof spec>
export type AccessPolicyStatus = Static<typeof status>
export type AccessPolicy = Resource<AccessPolicySpec, AccessPolicyStatus>

/** Who may use what. */
export const AccessPolicy = defineResource({
  group,
  version,
  kind: 'AccessPolicy',
  plural: 'accesspolicies',
  shortNames: ['llmaccess'],
  categories,
  description: 'Who may use which models, providers, prompts, personas, tools and features.',
  spec: typed(spec),
  status: typed(status),
  printColumns: [
    { name: 'Target', type: 'string', jsonPath: '.spec.targetRefs[*].name' },
    { name: 'Action', type: 'string', jsonPath: '.spec.action' },
    { name: 'Mode', type: 'string', jsonPath: '.spec.mode' },
    conditionColumn('Accepted'),
    conditionColumn('Enforced'),
    ageColumn,
  ],
})
