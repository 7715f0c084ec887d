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

/** The list with its paths split, which is walked for every resource of every compile. */
const pathsByKind: ReadonlyMap<string, readonly (readonly PathStep[])[]> = new Map(
  Object.entries(unsupportedFields).map(([kind, fields]) => [
    kind,
    fields.map(({ path }) => path.split('.').map(toStep)),
  ]),
)

interface PathStep {
  readonly name: string
  /** Goes on with every entry of the list or map of that name. */
  readonly everyEntry: boolean
}

function toStep(segment: string): PathStep {
  const name = segment.replace(/\[\]$|\{\}$/, '')
  return { name, everyEntry: name !== segment }
}

/**
 * The fields of a resource that are set and that nothing acts on, each with what happens instead:
 * `spec.limits.maxConcurrent (ignored)`.
 */
export function partialSupport(resource: KubernetesObject): readonly string[] {
  const fields = unsupportedFields[resource.kind] ?? []
  const paths = pathsByKind.get(resource.kind) ?? []
  return fields.flatMap(({ unless, instead }, index) => {
    const found: string[] = []
    collect(resource, paths[index] ?? [], 0, '', unless ?? [], found)
    return found.map((path) => `${path} (${instead ?? 'ignored'})`)
  })
}

/** Adds the paths of all values from the given step on that ask for something. */
function collect(
  value: unknown,
  steps: readonly PathStep[],
  at: number,
  path: string,
  unless: readonly unknown[],
  found: string[],
): void {
  const step = steps[at]
  if (step === undefined) {
    if (asksForSomething(value, unless)) found.push(path)
    return
  }
  if (!isObject(value) || !Object.hasOwn(value, step.name)) return
  const child = value[step.name]
  const childPath = path === '' ? step.name : `${path}.${step.name}`
  if (!step.everyEntry) {
    collect(child, steps, at + 1, childPath, unless, found)
  } else if (Array.isArray(child)) {
    child.forEach((entry, index) =>
      collect(entry, steps, at + 1, `${childPath}[${index}]`, unless, found),
    )
  } else if (isObject(child)) {
    for (const [key, entry] of Object.entries(child)) {
      collect(entry, steps, at + 1, `${childPath}.${key}`, unless, found)
    }
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

function asksForSomething(value: unknown, unless: readonly unknown[]): boolean {
  if (value === undefined || value === null || value === '' || unless.includes(value)) return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}

/** Sampling settings that are kept but not sent; temperature and maxOutputTokens are. */
function sampling(path: string): readonly UnsupportedField[] {
  return ['topP', 'presencePenalty', 'frequencyPenalty', 'seed', 'stop'].map((field) => ({
    path: `${path}.${field}`,
  }))
}
