import { parseSectionTemplate } from '@fairlead/base'
import {
  passageKey,
  quoteSources,
  quotedValue,
  type RetrievedBlock,
  type RetrievedPassage,
} from '@fairlead/context'
import type { FoundPassage } from '@fairlead/knowledge'
import type { Item, MessageItem } from '@fairlead/llm'
import type { KnowledgeUse } from '@fairlead/snapshot'
import type { SearchedBase } from '../call/requested-search.ts'

/** What may be quoted, and how. */
export interface BlockRules extends Pick<KnowledgeUse, 'citations' | 'maxTokens' | 'template'> {
  /** Passages that the prompt quotes already, by their keys. */
  readonly earlier: ReadonlyMap<string, RetrievedPassage>
  readonly countTokens: (text: string) => number
}

interface Judged {
  readonly found: FoundPassage
  readonly passage: RetrievedPassage
}

/**
 * What is quoted of what was found: the first of every base, then the second, and so on, as scores of
 * different bases say nothing about each other. Their numbers go on from those of the passages that the
 * prompt quotes already, so that each stands for one. All that is rendered counts: titles, headings, escapes
 * and what stands around the passages. Undefined where no base was searched.
 */
export function passagesBlock(
  searched: readonly SearchedBase[],
  rules: BlockRules,
): RetrievedBlock | undefined {
  if (searched.length === 0) return undefined
  const judged = judge(interleaved(searched), rules)
  const kept = judged.filter(({ passage }) => passage.action === 'kept')
  const problems = searched.flatMap(({ problem, search, shortfalls }) =>
    [...(problem === undefined ? [] : [problem]), ...shortfalls].map((told) => ({
      kind: 'knowledge' as const,
      source: search.key,
      problem: told,
    })),
  )
  return {
    items: kept.length === 0 ? [] : [quoted(numbered(kept), rules)],
    passages: judged.map(({ passage }) => passage),
    ...(problems.length === 0 ? {} : { problems }),
  }
}

function numbered(kept: readonly Judged[]): readonly NumberedPassage[] {
  return kept.map(({ found, passage: { number = 0, source } }) => ({ found, base: source, number }))
}

function interleaved(searched: readonly SearchedBase[]) {
  const longest = Math.max(...searched.map(({ passages }) => passages.length))
  return Array.from({ length: longest }, (_, rank) =>
    searched.flatMap(({ passages, search }) => {
      const found = passages[rank]
      return found === undefined ? [] : [{ found, search }]
    }),
  ).flat()
}

function judge(candidates: ReturnType<typeof interleaved>, rules: BlockRules): readonly Judged[] {
  const { countTokens, earlier, maxTokens } = rules
  const texts = new Set<string>()
  const frame = countTokens(renderedText([], rules))
  let left = maxTokens - frame
  let number = Math.max(0, ...[...earlier.values()].map((one) => one.number ?? 0)) + 1
  return candidates.map(({ found, search }) => {
    const { document, id, metadata, score, text, title, url } = found
    const described = { kind: 'knowledge' as const, source: search.key, id }
    const known = earlier.get(passageKey(described))
    const isKnown = texts.has(text.trim()) || known !== undefined
    const isWeak = search.minScore !== undefined && score < search.minScore
    // What stands around all passages is counted once.
    const alone = renderedText([{ found, base: search.key, number }], rules)
    const tokens = Math.max(1, countTokens(alone) - frame)
    const action = isWeak
      ? 'below_min_score'
      : isKnown
        ? 'duplicate'
        : tokens > left
          ? 'over_budget'
          : 'kept'
    const named = action === 'kept' ? number : known?.number
    if (action === 'kept') {
      left -= tokens
      number += 1
      texts.add(text.trim())
    }
    const about = { title, url, score, tokens, metadata, document }
    const called = named === undefined ? {} : { number: named }
    return { found, passage: { ...described, ...about, action, ...called } }
  })
}

const citing = ' Where your answer uses one of them, name its number in brackets, such as [1].'

const what = 'Passages of documents'

/** Whether a message of a block is one that was made here. */
export function isPassagesMessage(item: Item): boolean {
  const [part] = item.type === 'message' ? item.content : []
  return part !== undefined && 'text' in part && part.text.startsWith(`<retrieved>\n${what}, `)
}

interface NumberedPassage {
  readonly found: FoundPassage
  readonly base: string
  readonly number: number
}

function quoted(
  passages: readonly NumberedPassage[],
  { citations, template }: Pick<BlockRules, 'citations' | 'template'>,
): MessageItem {
  const sources = passages.map(({ base, found: { headings, text, title, url }, number }) => ({
    id: String(number),
    about: {
      base,
      ...(title === null ? {} : { title }),
      ...(headings.length === 0 ? {} : { section: headings.join(' > ') }),
      ...(url === null ? {} : { url }),
    },
    text,
  }))
  const more = citations === 'None' ? '' : citing
  if (template === undefined) return quoteSources(what, sources, { more })
  const section = parseSectionTemplate(template, passageTemplate)
  return quoteSources(what, sources, {
    more,
    arrange: (texts) =>
      section.render(
        sources.map(({ about, id }, index) => ({
          index: id,
          base: quotedValue(about.base),
          title: quotedValue(about.title ?? ''),
          url: quotedValue(about.url ?? ''),
          text: texts[index] ?? '',
        })),
      ),
  })
}

/** The message as text. */
function renderedText(passages: readonly NumberedPassage[], rules: BlockRules): string {
  return quoted(passages, rules)
    .content.map((part) => ('text' in part ? part.text : ''))
    .join('')
}

/** As the compiler of ContextStrategies has checked it. */
const passageTemplate = {
  section: 'chunks',
  names: ['index', 'title', 'url', 'base', 'text'],
  required: 'text',
}
