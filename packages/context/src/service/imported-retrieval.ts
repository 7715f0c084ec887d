import { type JsonObject, isJsonObject } from '@fairlead/base'
import { type Item, itemProblem } from '@fairlead/llm'
import type {
  PassageAction,
  RetrievalProblem,
  RetrievedBlock,
  RetrievedPassage,
} from '../turns/retrieved-block.ts'
import type { ImportReader } from './import-reader.ts'

const text = /^[^]{0,4096}$/
const passagesMax = 1000

const kinds: ReadonlySet<unknown> = new Set<RetrievedPassage['kind']>(['turn', 'knowledge', 'note'])
const actions: ReadonlySet<unknown> = new Set<PassageAction>([
  'kept',
  'below_min_score',
  'over_budget',
  'duplicate',
])
const isKind = (value: unknown): value is RetrievedPassage['kind'] => kinds.has(value)
const isAction = (value: unknown): value is PassageAction => actions.has(value)
const isScore = (value: unknown): value is number | null =>
  value === null || (typeof value === 'number' && Number.isFinite(value))

/**
 * What was retrieved for a turn of an import; nothing where nothing was looked for. Quoted turns are
 * those of the conversation that it becomes.
 */
export function readImportedRetrieval(
  fields: ImportReader,
  conversation: string,
): { readonly retrieved?: RetrievedBlock } {
  if ((fields.get('retrieved') ?? null) === null) return {}
  const block = fields.inner('retrieved')
  const problems = listOf(block, 'problems').map((problem): RetrievalProblem => ({
    kind: problem.checked('kind', isKind),
    source: problem.text('source', text),
    problem: problem.text('problem', text),
  }))
  return {
    retrieved: {
      items: block.list('items').map((item, index) => quoteOf(block, item, index)),
      passages: listOf(block, 'passages').map((one) => passageOf(one, conversation)),
      ...(problems.length === 0 ? {} : { problems }),
    },
  }
}

/** Only the text of a user's message is ever retrieved: no role that instructs, no call, no seal. */
function quoteOf(block: ImportReader, value: unknown, index: number): Item {
  const problem = itemProblem(value)
  if (problem !== undefined) block.fail(`items[${index}]`, `cannot be kept: ${problem}`)
  const item = value as Item
  const isQuote =
    item.type === 'message' &&
    item.role === 'user' &&
    item.content.every(({ type }) => type === 'input_text')
  return isQuote ? item : block.fail(`items[${index}]`, 'is not the text of a user message')
}

function listOf(block: ImportReader, name: string): readonly ImportReader[] {
  const count = block.get(name) === undefined ? 0 : block.list(name).length
  if (count > passagesMax) block.fail(name, `has more than ${passagesMax} entries`)
  return block.entries(name)
}

function passageOf(passage: ImportReader, conversation: string): RetrievedPassage {
  const metadata: unknown = passage.get('metadata')
  const isObject = (value: unknown): value is JsonObject => isJsonObject(value)
  const kind = passage.checked('kind', isKind)
  const source = passage.text('source', text)
  return {
    kind,
    source: kind === 'turn' ? conversation : source,
    id: passage.text('id', text),
    title: passage.textOrNull('title', text),
    url: passage.textOrNull('url', text),
    score: passage.checked('score', isScore),
    tokens: passage.count('tokens', 0),
    ...(metadata === undefined ? {} : { metadata: passage.checked('metadata', isObject) }),
    action: passage.checked('action', isAction),
    ...(passage.get('document') === undefined ? {} : { document: passage.text('document', text) }),
    ...(passage.get('number') === undefined ? {} : { number: passage.count('number', 0) }),
  }
}
