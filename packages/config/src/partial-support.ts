import type { KubernetesObject } from '@fairlead/kube-core'

/** A field that is accepted although nothing acts on it yet. */
interface UnsupportedField {
  /** Path from the object's root; `[]` stands for every entry of a list, `{}` of a map. */
  readonly path: string
  /** Values that ask for nothing, beside absent, empty text, empty list and empty object. */
  readonly unless?: readonly unknown[]
  /** What happens instead; by default the field is ignored. */
  readonly instead?: string
}

const ruleLeftOut = 'the rule is left out'

/** The one list of what this version accepts without acting on it, by kind. */
const unsupportedFields: Readonly<Record<string, readonly UnsupportedField[]>> = {
  LLMGateway: [
    {
      path: 'spec.listeners[].port',
      unless: [8080],
      instead: 'the port is given by --gateway-port',
    },
    { path: 'spec.listeners[].protocol', unless: ['HTTP'], instead: 'plain HTTP is served' },
    { path: 'spec.listeners[].tls' },
    {
      path: 'spec.state.type',
      unless: ['InProcess'],
      instead: 'state is kept in each replica, as with InProcess',
    },
  ],
  LLMProvider: [
    { path: 'spec.limits.requestsPerMinute' },
    { path: 'spec.limits.tokensPerMinute' },
    { path: 'spec.limits.maxConcurrent' },
    { path: 'spec.models[].price' },
    {
      path: 'spec.simulator.failure.percent',
      unless: [0, 1, 2, 4, 5, 10, 20, 25, 50, 100],
      instead: 'the nearest everyNth is used',
    },
  ],
  RoutingPolicy: [
    { path: 'spec.rules[].match.cel', instead: ruleLeftOut },
    { path: 'spec.rules[].match.promptTypes', instead: ruleLeftOut },
    { path: 'spec.rules[].match.inputTokens.min', unless: [0], instead: ruleLeftOut },
    { path: 'spec.rules[].match.inputTokens.max', instead: ruleLeftOut },
    {
      path: 'spec.rules[].strategy',
      unless: ['Weighted', 'Priority'],
      instead: 'targets are tried in their order, as with Priority',
    },
    { path: 'spec.rules[].stickiness.by', unless: ['None'] },
    { path: 'spec.rules[].mirror' },
  ],
  PromptTemplate: [
    ...sampling('spec.versions[].settings'),
    { path: 'spec.versions[].responseFormat.jsonSchema.strict', unless: [true] },
  ],
  Persona: [
    ...sampling('spec.settings'),
    {
      path: 'spec.variables{}.from',
      unless: ['Clock', 'Conversation'],
      instead: "the conversation's variable or the default is used",
    },
    { path: 'spec.tools[].strict' },
  ],
  ContextStrategy: [
    {
      path: 'spec.history.mode',
      unless: ['Full', 'LastTurns'],
      instead: 'the full history is sent, as with Full',
    },
    { path: 'spec.retrieval.mode', unless: ['None'], instead: 'nothing is retrieved' },
  ],
  ConversationStore: [
    {
      path: 'spec.type',
      unless: ['Memory', 'SQLite'],
      instead: 'the store cannot be used; see Available',
    },
  ],
}

/**
 * The fields of a resource that are set and that nothing acts on, each with what happens instead:
 * `spec.limits.maxConcurrent (ignored)`.
 */
export function partialSupport(resource: KubernetesObject): readonly string[] {
  return (unsupportedFields[resource.kind] ?? []).flatMap(({ path, unless, instead }) =>
    valuesAt(resource, path.split('.'))
      .filter(({ value }) => asksForSomething(value, unless ?? []))
      .map((field) => `${field.path} (${instead ?? 'ignored'})`),
  )
}

interface FieldValue {
  readonly path: string
  readonly value: unknown
}

function valuesAt(root: unknown, segments: readonly string[]): readonly FieldValue[] {
  return segments.reduce<readonly FieldValue[]>(
    (fields, segment) => fields.flatMap((field) => step(field, segment)),
    [{ path: '', value: root }],
  )
}

function step({ path, value }: FieldValue, segment: string): readonly FieldValue[] {
  const name = segment.replace(/\[\]$|\{\}$/, '')
  if (typeof value !== 'object' || value === null) return []
  const child: unknown = Object.entries(value).find(([field]) => field === name)?.[1]
  const childPath = path === '' ? name : `${path}.${name}`
  if (name === segment) return [{ path: childPath, value: child }]
  if (typeof child !== 'object' || child === null) return []
  return Object.entries(child).map(([key, entry]: [string, unknown]) => ({
    path: Array.isArray(child) ? `${childPath}[${key}]` : `${childPath}.${key}`,
    value: entry,
  }))
}

/** Sampling settings that are kept but not sent; temperature and maxOutputTokens are. */
function sampling(path: string): readonly UnsupportedField[] {
  return ['topP', 'presencePenalty', 'frequencyPenalty', 'seed', 'stop'].map((field) => ({
    path: `${path}.${field}`,
  }))
}

function asksForSomething(value: unknown, unless: readonly unknown[]): boolean {
  if (value === undefined || value === null || value === '' || unless.includes(value)) return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}
