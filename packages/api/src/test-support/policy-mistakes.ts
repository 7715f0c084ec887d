type Mistake = [kind: string, what: string, spec: string, message: string]

const gateway = 'targetRefs: [{kind: LLMGateway, name: g}]'

const usage = (what: string, rest: string, message: string): Mistake => [
  'UsagePolicy',
  what,
  `{${gateway}, ${rest}}`,
  message,
]

const limit = (what: string, fields: string, message: string): Mistake =>
  usage(what, `limits: [{name: l, ${fields}}]`, message)

const action = (what: string, fields: string, message: string): Mistake =>
  usage(what, `concurrency: 1, onExceeded: {${fields}}`, message)

const guard = (what: string, fields: string, message: string): Mistake => [
  'GuardrailPolicy',
  what,
  `{${gateway}, guards: [{name: g, phases: [Input], ${fields}}]}`,
  message,
]

const twice = 'a target stands twice'
const zero = 'of 0 refuses every call: use an AccessPolicy with action Deny'

/** A policy for every rule that it can break. */
export const policyMistakes: readonly Mistake[] = [
  ['UsagePolicy', 'no target', '{targetRefs: [], concurrency: 1}', 'at least 1 items'],
  [
    'UsagePolicy',
    'a target of another kind',
    '{targetRefs: [{kind: Persona, name: p}], concurrency: 1}',
    'spec.targetRefs[0].kind: Unsupported value: "Persona"',
  ],
  [
    'UsagePolicy',
    'a target twice',
    `{targetRefs: [{kind: Consumer, name: c}, {kind: Consumer, name: c}], concurrency: 1}`,
    twice,
  ],
  [
    'UsagePolicy',
    'a part of what has none',
    '{targetRefs: [{kind: Consumer, name: c, sectionName: s}], concurrency: 1}',
    'sectionName goes with RoutingPolicy and LLMProvider only: leave it out',
  ],
  usage('neither limit nor concurrency', 'mode: Enforce', 'at least one of limits and concurrency'),
  usage('a concurrency of 0', 'concurrency: 0', `concurrency ${zero}`),
  usage('a subject that nobody knows', 'per: [Team], concurrency: 1', 'spec.per[0] in body'),
  usage('a subject twice', 'per: [Key, Key], concurrency: 1', 'a subject stands twice'),
  usage('a star in the middle', 'match: {models: ["a*b"]}, concurrency: 1', 'should match'),
  usage(
    'two limits of one name',
    'limits: [{name: l, requests: 1, window: {every: 1s}}, {name: l, requests: 2, window: {every: 1s}}]',
    'Duplicate value: map[string]interface {}{"name":"l"}',
  ),
  limit('two measures', 'requests: 1, cost: "1", window: {every: 1s}', 'exactly one of requests'),
  limit('no measure', 'window: {every: 1s}', 'exactly one of requests, tokens and cost'),
  limit('no window', 'requests: 1, window: {}', 'exactly one of every and calendar'),
  limit(
    'two windows',
    'requests: 1, window: {every: 1s, calendar: Day}',
    'exactly one of every and calendar',
  ),
  limit(
    'a time zone of a sliding window',
    'requests: 1, window: {every: 1s, timeZone: UTC}',
    'timeZone goes with calendar only',
  ),
  limit('a short window', 'requests: 1, window: {every: 999ms}', 'from 1s to 744h'),
  limit('a long window', 'requests: 1, window: {every: 745h}', 'use calendar for longer windows'),
  limit('no requests', 'requests: 0, window: {every: 1s}', `a limit ${zero}`),
  limit('no tokens', 'tokens: {amount: 0}, window: {every: 1s}', `a limit ${zero}`),
  limit('no money', 'cost: "0.00", window: {every: 1s}', `a limit ${zero}`),
  limit('money as a number', 'cost: 5.5, window: {every: 1s}', 'must be of type string'),
  limit('too much money', 'cost: "9000000.01", window: {every: 1s}', 'at most 9000000'),
  limit(
    'a warning above the limit',
    'requests: 1, window: {every: 1s}, warnAt: [101]',
    'warnAt[0]',
  ),
  limit(
    'prices where no money counts',
    'requests: 1, window: {every: 1s}, onUnpriced: Allow',
    'onUnpriced goes with cost only: leave it out',
  ),
  usage(
    'the name of the other limit',
    'limits: [{name: concurrency, requests: 1, window: {every: 1s}}]',
    'concurrency is the name of the limit of running calls',
  ),
  action('a queue of refusals', 'action: Reject, maxWait: 5s', 'go with action Queue only'),
  action('an endless wait', 'action: Queue, maxWait: 61s', 'maxWait must be from 1ms to 60s'),
  action('no wait', 'action: Queue, maxWait: 0s', 'maxWait must be from 1ms to 60s'),
  action('a route to nowhere', 'action: Route', 'model goes with action Route, and Route needs it'),
  action('a model of refusals', 'action: Reject, model: m', 'model goes with action Route'),
  [
    'PriceBook',
    'a target twice',
    '{targetRefs: [{kind: LLMGateway, name: g}, {kind: LLMGateway, name: g}]}',
    twice,
  ],
  [
    'PriceBook',
    'what has no prices',
    '{targetRefs: [{kind: Consumer, name: c}]}',
    'Unsupported value: "Consumer"',
  ],
  ['PriceBook', 'a negative markup', `{${gateway}, markupPercent: "-5"}`, 'should match'],
  [
    'PriceBook',
    'a price that is a number',
    `{${gateway}, prices: [{perMillion: {input: 0.15}}]}`,
    'must be of type string',
  ],
  [
    'PriceBook',
    'a day that is no time',
    `{${gateway}, prices: [{effectiveFrom: tomorrow}]}`,
    'must be of type date-time',
  ],
  [
    'PriceBook',
    'an end before the begin',
    `{${gateway}, prices: [{effectiveFrom: "2026-02-01T00:00:00Z", effectiveUntil: "2026-01-01T00:00:00Z"}]}`,
    'effectiveUntil must be later than effectiveFrom',
  ],
  [
    'AccessPolicy',
    'nothing that it is about',
    `{${gateway}, action: Deny, resources: {}}`,
    'at least one resource must be given; models: ["*"] means all models',
  ],
  [
    'AccessPolicy',
    'no action',
    `{${gateway}, resources: {models: [m]}}`,
    'spec.action: Required value',
  ],
  [
    'AccessPolicy',
    'a feature that nobody knows',
    `{${gateway}, action: Deny, resources: {features: [Magic]}}`,
    'Unsupported value: "Magic"',
  ],
  [
    'AccessPolicy',
    'one model of a provider',
    '{targetRefs: [{kind: LLMProvider, name: p, sectionName: m}], action: Deny, resources: {models: [m]}}',
    'sectionName goes with RoutingPolicy only: leave it out',
  ],
  [
    'GuardrailPolicy',
    'a transform that does two things',
    `{${gateway}, transforms: [{name: t, strip: [Reasoning], length: {maxCharacters: 1}}]}`,
    'exactly one of format, strip and length must be given',
  ],
  [
    'GuardrailPolicy',
    'a schema of its own for what calls ask for',
    `{${gateway}, transforms: [{name: t, format: {schema: {}}}]}`,
    'schema goes with schemaFrom Spec',
  ],
  [
    'CachePolicy',
    'answers for no time',
    `{${gateway}, ttl: 0s}`,
    'ttl must be between 1s and 720h',
  ],
  ['CachePolicy', 'answers for all', `{${gateway}, scope: World}`, 'Unsupported value: "World"'],
  guard('nothing to look for', 'action: Reject', 'exactly one of builtin, regex and keywords'),
  guard(
    'two things to look for',
    'action: Reject, keywords: {words: [a]}, regex: {patterns: [a]}',
    'exactly one of builtin, regex and keywords',
  ),
  guard(
    'a text of no use',
    'action: Mask, with: x, keywords: {words: [a]}',
    'with goes with action',
  ),
  guard('no text', 'action: Replace, keywords: {words: [a]}', 'with goes with action Replace'),
  guard(
    'what is put back of a refusal',
    'action: Reject, reversible: true, keywords: {words: [a]}',
    'reversible goes with action Mask',
  ),
  guard('no calls', 'action: Reject, samplePercent: 0, keywords: {words: [a]}', 'samplePercent'),
  guard(
    'a detector that nobody knows',
    'action: Reject, builtin: {detectors: [Feelings]}',
    'Unsupported value: "Feelings"',
  ),
  [
    'LLMGateway',
    'a lease of everything',
    '{state: {type: Redis, redis: {urlSecretRef: {name: r}, leases: {percent: 51}}}}',
    'spec.state.redis.leases.percent',
  ],
]
