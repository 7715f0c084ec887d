import { defineResource, type Resource } from '@fairlead/kube-core'
import { Type, type Static } from 'typebox'
import { categories, group, version } from './group.ts'
import { counterStatus } from './schema/counter-status.ts'
import { ageColumn, conditionColumn, conditions, observedGeneration } from './schema/conditions.ts'
import { atomicList, choice, integer, mapList, object, text, typed } from './schema/fields.ts'
import { decimal, duration, itemName, modelName } from './schema/formats.ts'
import {
  policyMatch,
  policyMode,
  targetReferencesWithSections,
  targetStatuses,
} from './schema/policy-attachment.ts'

const amountMax = 9_000_000_000_000_000

const window = object(
  'The time over which a limit holds: sliding, or of the calendar.',
  {
    every: Type.Optional(
      duration(
        'A sliding window of this length: at no moment has more been used in the time before it. From 1s to 744h, which is 31 days.',
      ),
    ),
    calendar: Type.Optional(
      choice('A window of the calendar, which begins anew: a Week on Monday.', [
        'Hour',
        'Day',
        'Week',
        'Month',
        'Year',
      ]),
    ),
    timeZone: Type.Optional(
      text('Time zone of the calendar, by its IANA name such as Europe/Rome. Defaults to UTC.', {
        min: 1,
        max: 64,
      }),
    ),
  },
  {
    rules: [
      {
        rule: 'has(self.every) != has(self.calendar)',
        message: 'exactly one of every and calendar must be given',
      },
      {
        rule: "!has(self.every) || (duration(self.every) >= duration('1s') && duration(self.every) <= duration('744h'))",
        message: 'every must be from 1s to 744h, which is 31 days: use calendar for longer windows',
      },
      {
        rule: '!has(self.timeZone) || has(self.calendar)',
        message: 'timeZone goes with calendar only',
      },
    ],
  },
)

const limit = object(
  'How much may be used in a window.',
  {
    name: itemName('Name of the limit, unique within the policy; refusals name it.'),
    requests: Type.Optional(integer('Calls.', { min: 0, max: amountMax })),
    tokens: Type.Optional(
      object('Tokens.', {
        of: choice('Which tokens count. Defaults to Total.', ['Total', 'Input', 'Output'], {
          default: 'Total',
        }),
        amount: integer('How many.', { min: 0, max: amountMax }),
      }),
    ),
    cost: Type.Optional(
      decimal('US dollars, as a decimal such as "500.00"; at most nine million.'),
    ),
    window,
    warnAt: atomicList(
      'Percentages of the amount at which an event and a metric warn. Defaults to none.',
      integer('A percentage.', { min: 1, max: 100 }),
      { max: 8, default: [] },
    ),
    onUnpriced: choice(
      'With cost: what becomes of a call whose price is not known. Deny: it is refused; Allow: it is made and costs nothing here; CountTokens: a token costs as much as the dearest one whose price is known to the gateway. Defaults to Deny.',
      ['Deny', 'Allow', 'CountTokens'],
      { default: 'Deny' },
    ),
  },
  {
    rules: [
      {
        rule: '[has(self.requests), has(self.tokens), has(self.cost)].filter(given, given).size() == 1',
        message: 'exactly one of requests, tokens and cost must be given',
      },
      {
        rule: "(!has(self.requests) || self.requests > 0) && (!has(self.tokens) || self.tokens.amount > 0) && (!has(self.cost) || !self.cost.matches('^[0.]+$'))",
        message:
          'a limit of 0 refuses every call: use an AccessPolicy with action Deny, or give a limit above 0',
      },
      {
        rule: '!has(self.cost) || double(self.cost) <= 9000000.0',
        message: 'cost must be at most 9000000',
      },
      {
        rule: "has(self.cost) || self.onUnpriced == 'Deny'",
        message: 'onUnpriced goes with cost only: leave it out',
      },
      {
        rule: "self.name != 'concurrency'",
        message: 'concurrency is the name of the limit of running calls: choose another one',
      },
    ],
  },
)

const onExceeded = object(
  'What becomes of a call that would exceed a limit.',
  {
    action: choice(
      'Reject: it is refused with 429; Queue: it waits until there is room; Route: it is made with another model. Defaults to Reject.',
      ['Reject', 'Queue', 'Route'],
      { default: 'Reject' },
    ),
    maxWait: Type.Optional(
      duration(
        'With Queue: how long a call may wait before it is refused. From 1ms to 60s. Defaults to 5s.',
      ),
    ),
    maxLength: Type.Optional(
      integer(
        'With Queue: how many calls may wait in each worker process; further ones are refused. Defaults to 100.',
        { min: 1, max: 10_000 },
      ),
    ),
    model: Type.Optional(modelName('With Route: the model that is called instead.')),
  },
  {
    default: {},
    rules: [
      {
        rule: "self.action == 'Queue' || (!has(self.maxWait) && !has(self.maxLength))",
        message: 'maxWait and maxLength go with action Queue only',
      },
      {
        rule: "(self.action == 'Route') == has(self.model)",
        message: 'model goes with action Route, and Route needs it',
      },
      {
        rule: "!has(self.maxWait) || (duration(self.maxWait) >= duration('1ms') && duration(self.maxWait) <= duration('60s'))",
        message: 'maxWait must be from 1ms to 60s',
      },
    ],
  },
)

const spec = object(
  'What calls may use: requests, tokens, money, places. Every policy that matches a call applies, and the tightest refuses.',
  {
    targetRefs: targetReferencesWithSections(
      'What the policy is attached to. Calls that pass any one of them are meant.',
      ['LLMGateway', 'RoutingPolicy', 'LLMProvider', 'PromptTemplate', 'Consumer'],
      {
        kinds: ['RoutingPolicy', 'LLMProvider'],
        description:
          'A rule of a RoutingPolicy, or one of the models of an LLMProvider. Defaults to all of them.',
      },
    ),
    match: policyMatch,
    per: atomicList(
      "What has counters of its own: each Consumer, Group (every one of the caller's), Key, EndUser, Model (as the caller names it), Provider, or value of a CEL expression, written cel: and the expression. Several together: each combination. Empty: one counter for all calls. Defaults to none.",
      text('Consumer, Group, Key, EndUser, Model, Provider, or cel: and an expression.', {
        min: 1,
        max: 1024,
        pattern: '^(Consumer|Group|Key|EndUser|Model|Provider|cel:.+)$',
      }),
      {
        max: 4,
        default: [],
        rules: [
          {
            rule: 'self.all(a, self.exists_one(b, a == b))',
            message: 'a subject stands twice',
          },
        ],
      },
    ),
    limits: mapList('Limits, all of which hold. Defaults to none.', ['name'], limit, {
      max: 16,
      default: [],
    }),
    concurrency: Type.Optional(
      integer('Calls that may run at the same time. Defaults to no bound.', {
        min: 0,
        max: 1_000_000,
      }),
    ),
    mode: policyMode,
    onExceeded,
    onStoreFailure: choice(
      'What becomes of calls while the store of the counters does not answer. Deny: they are refused with 503; Allow: they are made, and counted when it answers again. Defaults to Deny.',
      ['Deny', 'Allow'],
      { default: 'Deny' },
    ),
    reservation: choice(
      'What is set aside for a call before it is made. Exact: the most that it can use, so that no limit is exceeded; Expected: what it will probably use, so that more calls fit, and limits are exceeded by what the running calls use beyond it. Defaults to Exact.',
      ['Exact', 'Expected'],
      { default: 'Exact' },
    ),
    charges: object(
      'What counts of calls that no provider answers.',
      {
        replayed: choice(
          'Of a call that gets the answer of an earlier one. Defaults to Requests.',
          ['Nothing', 'Requests'],
          { default: 'Requests' },
        ),
        refused: choice(
          'Of a call that is refused after it was admitted, by a guard, another policy or the provider. Defaults to Requests.',
          ['Nothing', 'Requests'],
          { default: 'Requests' },
        ),
      },
      { default: {} },
    ),
  },
  {
    rules: [
      {
        rule: 'size(self.limits) > 0 || has(self.concurrency)',
        message: 'at least one of limits and concurrency must be given',
      },
      {
        rule: '!has(self.concurrency) || self.concurrency > 0',
        message:
          'a concurrency of 0 refuses every call: use an AccessPolicy with action Deny, or give 1 or more',
      },
    ],
  },
)

const counter = object('How a counter stands.', counterStatus)

const status = object('Observed state, written by the operator.', {
  observedGeneration: observedGeneration(),
  conditions: conditions('Accepted, ResolvedRefs and Enforced, over all targets.'),
  targets: targetStatuses(),
  counters: Type.Optional(atomicList('The fullest counters, at most 16.', counter, { max: 16 })),
})

export type UsagePolicySpec = Static<typeof spec>
export type UsagePolicyStatus = Static<typeof status>
export type UsagePolicyLimit = Static<typeof limit>
export type UsagePolicyCounter = Static<typeof counter>
export type UsagePolicy = Resource<UsagePolicySpec, UsagePolicyStatus>

/** Limits of what calls may use: requests, tokens, money, places. */
export const UsagePolicy = defineResource({
  group,
  version,
  kind: 'UsagePolicy',
  plural: 'usagepolicies',
  shortNames: ['llmusage'],
  categories,
  description: 'What calls may use: rate limits, token quotas, budgets and concurrency.',
  spec: typed(spec),
  status: typed(status),
  printColumns: [
    { name: 'Target', type: 'string', jsonPath: '.spec.targetRefs[*].name' },
    { name: 'Mode', type: 'string', jsonPath: '.spec.mode' },
    conditionColumn('Accepted'),
    conditionColumn('Enforced'),
    { name: 'Limits', type: 'string', jsonPath: '.spec.limits[*].name', priority: 1 },
    ageColumn,
  ],
})
