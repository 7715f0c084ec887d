import {
  addUsage,
  CounterStoreUnavailable,
  type KeyUse,
  noUsage,
  readUsageQuery,
  type ShownSums,
  shownSums,
  splitGroups,
  type UsageAnswer,
  type UsageDimensions,
  type UsageEntry,
  type UsageQuery,
  UsageQueryError,
  type UsageSums,
  type VersionUsage,
} from '@fairlead/usage'
import type { AdminAnswer } from './admin-answer.ts'

/** By what administrators may tell usage apart, in the order in which it is shown. */
const usageSubjects = [
  'day',
  'namespace',
  'consumer',
  'group',
  'model',
  'provider',
  'prompt',
] as const

export type UsageSubject = (typeof usageSubjects)[number]

/** What `GET /usage` of the admin port answers. What a call has none of is null. */
export interface AdminUsage {
  readonly from: string
  readonly to: string
  readonly by: readonly UsageSubject[]
  readonly data: readonly (Readonly<Partial<Record<UsageSubject, string | null>>> & ShownSums)[]
  /** There is more than is told: ask for fewer days, or tell less apart. */
  readonly has_more: boolean
  readonly total: ShownSums
}

/** What `GET /usage/prompt` of the admin port answers. */
export interface PromptUsage {
  readonly from: string
  readonly to: string
  /** `namespace/name`. */
  readonly prompt: string
  /** Those that were called, or whose calls were rated. */
  readonly versions: readonly VersionUsage[]
  /** There are more prompts than the ledger tells at once: ask for fewer days. */
  readonly has_more: boolean
}

/** What the admin port asks of the ledger. */
export interface AskedLedger {
  query(query: UsageQuery): Promise<UsageAnswer>
  keyUses(tenant: string): Promise<readonly KeyUse[]>
}

/**
 * Answers `/usage`, `/usage/keys` and `/usage/prompt` of the admin port; undefined for other paths. `ledger` is undefined
 * while there is none yet. `nowMs` is Unix milliseconds.
 */
export async function answerUsage(
  path: string,
  query: URLSearchParams,
  ledger: AskedLedger | undefined,
  nowMs: number,
): Promise<AdminAnswer | undefined> {
  const answered = Object.hasOwn(answers, path) ? answers[path] : undefined
  if (answered === undefined) return undefined
  if (ledger === undefined) return { status: 503, body: 'the gateway does not serve yet\n' }
  try {
    const answer = await answered(query, ledger, nowMs)
    const body = `${JSON.stringify(answer, null, 2)}\n`
    return { status: 200, body, contentType: 'application/json' }
  } catch (error) {
    if (error instanceof UsageQueryError) {
      return { status: 400, body: `${error.param} ${error.message}\n` }
    }
    if (error instanceof CounterStoreUnavailable) return { status: 503, body: `${error.message}\n` }
    throw error
  }
}

type Answer = (query: URLSearchParams, ledger: AskedLedger, nowMs: number) => Promise<object>

const answers: Readonly<Record<string, Answer>> = {
  '/usage': usageFor,
  '/usage/keys': async (query, ledger) => ({
    data: await ledger.keyUses(query.get('tenant') ?? ''),
  }),
  '/usage/prompt': promptUsageFor,
}

async function promptUsageFor(
  query: URLSearchParams,
  ledger: AskedLedger,
  nowMs: number,
): Promise<PromptUsage> {
  const prompt = query.get('name') ?? ''
  if (!/^[^/@]+\/[^/@]+$/.test(prompt)) {
    throw new UsageQueryError('name', 'must be namespace/name of a PromptTemplate.')
  }
  const form = { dimensions: [], defaults: [], parameters: ['name'] }
  const { from, to } = readUsageQuery(query, form, nowMs)
  const everybody = { tenant: undefined, consumer: undefined, namespace: undefined }
  const asked = { from, to, ...everybody, group: undefined, by: ['prompt'] } as const
  const { entries, isCut } = await ledger.query(asked)
  const prefix = `${prompt}@`
  const versions = entries
    .filter((entry) => entry.prompt.startsWith(prefix))
    .map((entry) => ({ version: entry.prompt.slice(prefix.length), ...addUsage(noUsage, entry) }))
  return { from, to, prompt, versions, has_more: isCut }
}

async function usageFor(
  query: URLSearchParams,
  ledger: AskedLedger,
  nowMs: number,
): Promise<AdminUsage> {
  const parameters = ['consumer', 'group', 'namespace']
  const form = { dimensions: usageSubjects, defaults: ['consumer'] as const, parameters }
  const { from, to, by } = readUsageQuery<UsageSubject>(query, form, nowMs)
  const asked = (name: string) => query.get(name) ?? undefined
  const answer = await ledger.query({
    from,
    to,
    tenant: undefined,
    consumer: asked('consumer'),
    group: asked('group'),
    namespace: asked('namespace'),
    by: [...new Set(by.flatMap((subject) => columns[subject]))],
  })
  return {
    from,
    to,
    by,
    data: tellApart(answer.entries, by),
    has_more: answer.isCut,
    total: shownSums(answer.total),
  }
}

/** What of the ledger is needed to tell subjects apart. */
const columns: Readonly<Record<UsageSubject, readonly (keyof UsageDimensions)[]>> = {
  day: ['day'],
  namespace: ['consumer'],
  // A caller that is known by its token alone has no Consumer.
  consumer: ['consumer', 'tenant'],
  group: ['groups'],
  model: ['model'],
  provider: ['provider'],
  prompt: ['prompt'],
}

/** A call of a caller in several groups counts in each of them. */
function tellApart(
  entries: readonly UsageEntry[],
  by: readonly UsageSubject[],
): AdminUsage['data'] {
  const sums = new Map<string, { readonly names: readonly string[]; sum: UsageSums }>()
  for (const entry of entries) {
    for (const names of namesOf(entry, by)) {
      const key = JSON.stringify(names)
      const known = sums.get(key) ?? { names, sum: noUsage }
      sums.set(key, { names, sum: addUsage(known.sum, entry) })
    }
  }
  return [...sums.values()].map(({ names, sum }) => ({
    ...Object.fromEntries(
      by.map((subject, index) => [subject, names[index] === '' ? null : names[index]]),
    ),
    ...shownSums(sum),
  }))
}

function namesOf(entry: UsageEntry, by: readonly UsageSubject[]): readonly (readonly string[])[] {
  const groups = by.includes('group') ? splitGroups(entry.groups) : []
  return (groups.length === 0 ? [''] : groups).map((group) =>
    by.map((subject) => nameOf(entry, subject, group)),
  )
}

function nameOf(entry: UsageEntry, subject: UsageSubject, group: string): string {
  switch (subject) {
    case 'group':
      return group
    case 'namespace':
      return entry.consumer.includes('/')
        ? entry.consumer.slice(0, entry.consumer.indexOf('/'))
        : ''
    case 'consumer':
      return entry.consumer === '' ? entry.tenant : entry.consumer
    default:
      return entry[subject]
  }
}
