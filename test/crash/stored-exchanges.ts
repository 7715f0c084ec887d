import type { ContextStore } from '@fairlead/context'
import { wholeLog } from '../../packages/context/src/stores/test-support/whole-log.ts'
import { answerOf, type StoredExchange, tenant } from './store-writer.ts'

/** What is wrong with what a store has, in words that begin with `lost`, `doubled` or `odd`. */
export async function exchangeProblems(
  store: ContextStore,
  conversations: readonly string[],
  told: readonly StoredExchange[],
): Promise<readonly string[]> {
  const problems: string[] = []
  for (const id of conversations) {
    const own = told.filter(({ conversation }) => conversation === id)
    problems.push(...(await conversationProblems(store, id, own)))
  }
  return [...problems, ...(await listProblems(store, conversations))]
}

async function conversationProblems(
  store: ContextStore,
  id: string,
  told: readonly StoredExchange[],
): Promise<readonly string[]> {
  const log = await wholeLog(store, tenant, id)
  if (log === undefined) return told.map(({ turn }) => `lost: ${turn} with its conversation`)
  const { conversation, turns } = log
  const problems: string[] = []
  const seen = new Map<string, number>()
  for (const { id: turn } of turns) seen.set(turn, (seen.get(turn) ?? 0) + 1)
  const seqs = turns.map(({ seq }) => seq)
  const expected = seqs.map((_, index) => index + 1)
  if (JSON.stringify(seqs) !== JSON.stringify(expected)) problems.push(`odd: seqs of ${id}`)
  if (conversation.ccp.turns !== turns.length) problems.push(`odd: number of turns of ${id}`)
  if (conversation.ccp.head !== (turns.at(-1)?.id ?? null)) problems.push(`odd: head of ${id}`)
  for (const [turn, count] of seen) if (count > 1) problems.push(`doubled: ${turn}`)
  for (const { turn, response } of told) {
    const found = turns.find(({ id: one }) => one === turn)
    const said = JSON.stringify(found?.output ?? null)
    if (found?.status !== 'completed' || !said.includes(answerOf(turn))) {
      problems.push(`lost: ${turn} is ${found?.status ?? 'missing'}`)
    }
    if (response !== null) problems.push(...(await responseProblems(store, response, turn)))
  }
  const newest = turns.at(-1)
  if (newest?.plan != null && (await store.plan(tenant, newest.plan)) === undefined) {
    problems.push(`lost: ${newest.plan}`)
  }
  return problems
}

async function responseProblems(
  store: ContextStore,
  id: string,
  turn: string,
): Promise<readonly string[]> {
  const response = await store.responses.load(tenant, id)
  const frames = await store.responses.frames(tenant, id, 0, 1e6)
  const isWhole = JSON.stringify(response?.output ?? null).includes(answerOf(turn))
  const isFound = (await store.responses.responseWithItem(tenant, `out_${turn}`)) === id
  return isWhole && isFound && frames?.count === 2
    ? []
    : [`lost: ${id} is ${response?.status ?? 'missing'}`]
}

/** Each is listed once. */
async function listProblems(
  store: ContextStore,
  conversations: readonly string[],
): Promise<readonly string[]> {
  const listed: string[] = []
  for (let after: string | null = ''; after !== null;) {
    const from: { readonly after?: string } = after === '' ? {} : { after }
    const page = await store.list(tenant, { limit: 100, order: 'asc', ...from })
    if (page.outcome !== 'found') return [`odd: the list ends at ${after}`]
    listed.push(...page.conversations.map(({ id }) => id))
    after = page.next
  }
  const seen = new Set(listed)
  return [
    ...conversations.filter((id) => !seen.has(id)).map((id) => `lost: ${id} in the list`),
    ...(seen.size === listed.length ? [] : ['doubled: in the list']),
  ]
}
