import { providerSpec, routeSpec } from './add-provider.ts'
import type { BenchedFairlead } from './start-fairlead.ts'

/** One kind of change, and how its effect shows. */
export interface LiveChange {
  readonly kind: string
  /** Applies the n-th version; resolves when the API server has taken it. */
  apply(n: number): Promise<void>
  /** Makes a call; resolves to whether it shows the n-th version. */
  isInEffect(n: number): Promise<boolean>
}

/** Far longer than any reasonable time: reaching it means a failure. */
const effectMsMax = 10_000

/** Applies a change and calls until a call shows it. Resolves to the milliseconds that this took. */
export async function timeToEffect(change: LiveChange, n: number): Promise<number> {
  const start = performance.now()
  const applied = change.apply(n)
  while (!(await change.isInEffect(n))) {
    if (performance.now() - start > effectMsMax) {
      throw new Error(`change ${n} of a ${change.kind} had no effect`)
    }
  }
  const effectMs = performance.now() - start
  await applied
  return effectMs
}

/**
 * Changes of five kinds, for a Fairlead that has the provider `one`, which mirrors what it gets at
 * `url`.
 */
export function liveChanges(fairlead: BenchedFairlead, url: string): readonly LiveChange[] {
  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const response = await fetch(`${fairlead.gateway}${path}`, {
      method: 'POST',
      headers: { ...fairlead.headers, ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return response.text()
  }
  const question = { model: 'one-model', messages: [{ role: 'user', content: 'x' }] }
  const chat = (headers: Record<string, string> = {}) =>
    post('/v1/chat/completions', question, headers)
  let conversation: string | undefined
  const planOf = async (strategy: string) => {
    if (conversation === undefined) {
      const answer = await post('/v1/conversations', { context: { strategy } })
      conversation = (JSON.parse(answer) as { readonly id?: string }).id
    }
    // Without one the strategy is not there yet.
    return conversation === undefined
      ? ''
      : post(`/v1/conversations/${conversation}/plan`, question)
  }
  return [
    {
      kind: 'LLMProvider',
      apply: (n) => fairlead.apply('LLMProvider', 'one', providerSpec(`${url}/base${n}`)),
      isInEffect: async (n) => (await chat()).includes(`/base${n}/`),
    },
    {
      kind: 'RoutingPolicy',
      apply: (n) => fairlead.apply('RoutingPolicy', 'one', routeSpec('one', `model-${n}-`)),
      isInEffect: async (n) => (await chat()).includes(`model-${n}-`),
    },
    {
      kind: 'PromptTemplate',
      apply: (n) => fairlead.apply('PromptTemplate', 'changed', templateSpec(n)),
      isInEffect: async (n) =>
        (await post('/prompts/default/changed', {})).includes(`version ${n}.`),
    },
    {
      kind: 'Persona',
      apply: (n) => fairlead.apply('Persona', 'changed', { instructions: `Persona ${n}.` }),
      isInEffect: async (n) =>
        (await chat({ 'x-fairlead-persona': 'changed' })).includes(`Persona ${n}.`),
    },
    {
      kind: 'ContextStrategy',
      apply: (n) => fairlead.apply('ContextStrategy', 'changed', strategySpec(n + 1)),
      isInEffect: async (n) => (await planOf('changed')).includes(`"strategy":"changed@${n + 1}"`),
    },
  ]
}

/** Resources in number that nobody calls, of the same kinds in turn. */
export async function addBystanders(
  fairlead: BenchedFairlead,
  count: number,
  url: string,
): Promise<void> {
  const add = (index: number): Promise<void> => {
    const name = `bystander-${index}`
    switch (index % 5) {
      case 0:
        return fairlead.apply('LLMProvider', name, providerSpec(`${url}/${name}`))
      case 1:
        return fairlead.apply('RoutingPolicy', name, routeSpec(`bystander-${index - 1}`))
      case 2:
        return fairlead.apply('PromptTemplate', name, templateSpec(0))
      case 3:
        return fairlead.apply('Persona', name, { instructions: `Bystander ${index}.` })
      default:
        return fairlead.apply('ContextStrategy', name, strategySpec(1))
    }
  }
  const atOnce = 8
  for (let first = 0; first < count; first += atOnce) {
    const batch = Array.from(
      { length: Math.min(atOnce, count - first) },
      (_, index) => first + index,
    )
    await Promise.all(batch.map(add))
  }
}

/** A template that keeps its last two versions: published ones must not change. */
function templateSpec(n: number): object {
  const versions = n === 0 ? [0] : [n - 1, n]
  return {
    versions: versions.map((version) => ({
      name: String(version),
      messages: [{ role: 'user', content: `version ${version}.` }],
      model: 'one-model',
    })),
    rollout: [{ version: String(n), weight: 100 }],
  }
}

function strategySpec(turns: number): object {
  return { history: { mode: 'LastTurns', lastTurns: { turns, slackTurns: 0 } } }
}
