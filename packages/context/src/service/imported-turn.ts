import { type FinishReason, type Item, itemProblem } from '@fairlead/llm'
import { isBranchName } from '../turns/branch-name.ts'
import type { LeftOutTurns, Turn, TurnAnswerer, TurnStatus, TurnUsage } from '../turns/turn.ts'
import type { ImportReader } from './import-reader.ts'
import { readImportedRetrieval } from './imported-retrieval.ts'

const turnId = /^[A-Za-z0-9_.-]{1,64}$/
const itemId = /^[A-Za-z0-9_.-]{1,128}$/
const name = /^[^\p{Cc}]{0,512}$/u
const leftOutMax = 64

const statuses: ReadonlySet<unknown> = new Set<TurnStatus>([
  'in_progress',
  'completed',
  'incomplete',
  'failed',
  'cancelled',
])

const isStatus = (value: unknown): value is TurnStatus => statuses.has(value)

/** What the lines before a turn have. */
interface ReadBefore {
  /** By their ids. */
  readonly turns: Pick<ReadonlySet<string>, 'has'>
  readonly lastSeq: number
}

/**
 * A turn of an import, with the ids that it has there. Its parent and every other turn that it names
 * must stand before it, so that nothing is its own ancestor. One that was running is over.
 */
export function readImportedTurn(
  fields: ImportReader,
  conversation: string,
  before: ReadBefore,
): Turn {
  const id = fields.text('id', turnId)
  if (before.turns.has(id)) fields.fail('id', `"${id}" stands on an earlier line already`)
  const known = (field: string): string | null => {
    const other = fields.textOrNull(field, turnId)
    if (other === null || before.turns.has(other)) return other
    return fields.fail(field, 'names no turn of an earlier line')
  }
  const parent = known('parent')
  const seq = fields.count('seq', 1)
  if (seq <= before.lastSeq) fields.fail('seq', 'is not greater than that of the turn before')
  const branch = fields.text('branch', /^/)
  if (!isBranchName(branch)) fields.fail('branch')
  const status = fields.checked('status', isStatus)
  const instructed = fields.textOrNull('instructed_by', turnId)
  const created = fields.count('created_at', 0)
  const ended = fields.countOrNull('completed_at')
  const taken = new Set<string>()
  const readList = (list: string) => readItems(fields, list, taken)
  return {
    id,
    conversation,
    parent,
    seq,
    branch,
    status: status === 'in_progress' ? 'incomplete' : status,
    instructions: readList('instructions'),
    instructed_by: instructed === id ? id : known('instructed_by'),
    left_out: readLeftOut(fields, before),
    ...readImportedRetrieval(fields, conversation),
    input: readList('input'),
    output: readList('output'),
    usage: readUsage(fields),
    finish_reason: fields.textOrNull('finish_reason', /^[a-z_-]{1,64}$/) as FinishReason | null,
    answered_by: readAnswerer(fields),
    model: fields.text('model', name),
    epoch: fields.count('epoch', 1),
    plan: fields.textOrNull('plan', turnId),
    supersedes: known('supersedes'),
    pinned: fields.flag('pinned'),
    response: null,
    idempotency_key: fields.textOrNull('idempotency_key', name),
    request_digest: fields.textOrNull('request_digest', name),
    created_at: created,
    completed_at: ended ?? created,
  }
}

function readItems(fields: ImportReader, list: string, taken: Set<string>): readonly Item[] {
  return fields.list(list).map((value, index) => {
    const problem = itemProblem(value)
    if (problem !== undefined) fields.fail(`${list}[${index}]`, `cannot be kept: ${problem}`)
    const item = value as Item
    const isOwn = item.id !== undefined && itemId.test(item.id) && !taken.has(item.id)
    if (!isOwn) fields.fail(`${list}[${index}].id`, 'is missing, not valid or there twice')
    taken.add(item.id ?? '')
    return item
  })
}

function readLeftOut(fields: ImportReader, { turns }: ReadBefore): LeftOutTurns | null {
  if ((fields.get('left_out') ?? null) === null) return null
  const inner = fields.inner('left_out')
  const before = inner.textOrNull('before', turnId)
  const left = inner.list('turns')
  const isKnown = (id: unknown): id is string => typeof id === 'string' && turns.has(id)
  if (before !== null && !isKnown(before)) inner.fail('before')
  if (left.length > leftOutMax || !left.every(isKnown)) inner.fail('turns')
  return { before, turns: left.filter(isKnown) }
}

function readUsage(fields: ImportReader): TurnUsage | null {
  if ((fields.get('usage') ?? null) === null) return null
  const inner = fields.inner('usage')
  const read = (field: string) =>
    inner.get(field) === undefined ? undefined : inner.count(field, 0)
  return {
    input_tokens: read('input_tokens') ?? 0,
    cached_tokens: read('cached_tokens') ?? 0,
    output_tokens: read('output_tokens') ?? 0,
    model: inner.text('model', name),
  }
}

function readAnswerer(fields: ImportReader): TurnAnswerer | null {
  if ((fields.get('answered_by') ?? null) === null) return null
  const inner = fields.inner('answered_by')
  return {
    provider: inner.text('provider', name),
    platform: inner.text('platform', name),
    model: inner.text('model', name),
    account: inner.text('account', name),
    prompt: inner.text('prompt', name),
  }
}
