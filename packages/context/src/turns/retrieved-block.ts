import type { JsonObject } from '@fairlead/base'
import type { Item } from '@fairlead/llm'

/**
 * What was retrieved for a turn. It is kept with the turn and stands in front of its input in every
 * prompt that has the turn, so that prompts keep their beginning. Nobody has said it: it is no part
 * of what bodies are compared with, and interfaces do not list it.
 */
export interface RetrievedBlock {
  /** Messages in which texts are quoted, as `quoteSources` makes them; empty where none was kept. */
  readonly items: readonly Item[]
  /** What was found, best first: what is quoted, and what is not. */
  readonly passages: readonly RetrievedPassage[]
  /** What could not be searched, or not as it was asked for. Absent where all went well. */
  readonly problems?: readonly RetrievalProblem[]
}

export interface RetrievedPassage {
  readonly kind: 'turn' | 'knowledge' | 'note'
  /** The conversation of a turn, the name of a knowledge base, the subject of a note. */
  readonly source: string
  /** Unique within kind and source; the id of a turn. */
  readonly id: string
  readonly title: string | null
  readonly url: string | null
  /** How well it fits, comparable within one search; null for what stands beside it only. */
  readonly score: number | null
  /** Of its text as it is quoted, or would be. */
  readonly tokens: number
  readonly metadata?: JsonObject
  readonly action: PassageAction
  /** Of the document that it is part of. Absent where it is of none. */
  readonly document?: string
  /** By which an answer can name it: what it, or an earlier quotation of it, is called in the prompt. */
  readonly number?: number
}

/** What became of a passage: only `kept` ones are quoted. */
export type PassageAction = 'kept' | 'below_min_score' | 'over_budget' | 'duplicate'

export interface RetrievalProblem {
  readonly kind: RetrievedPassage['kind']
  readonly source: string
  /** In words, without anything secret. */
  readonly problem: string
}

/** Identifies a passage among those of all sources. */
export function passageKey({
  kind,
  source,
  id,
}: Pick<RetrievedPassage, 'kind' | 'source' | 'id'>): string {
  return JSON.stringify([kind, source, id])
}

/** What a key identifies. */
export function passageNamed(key: string): Pick<RetrievedPassage, 'kind' | 'source' | 'id'> {
  const [kind, source, id] = JSON.parse(key) as [RetrievedPassage['kind'], string, string]
  return { kind, source, id }
}

/** The blocks of several searches as one, in their order; undefined for none. */
export function joinBlocks(blocks: readonly RetrievedBlock[]): RetrievedBlock | undefined {
  if (blocks.length === 0) return undefined
  const problems = blocks.flatMap((block) => block.problems ?? [])
  return {
    items: blocks.flatMap(({ items }) => items),
    passages: blocks.flatMap(({ passages }) => passages),
    ...(problems.length === 0 ? {} : { problems }),
  }
}

/** The block where there is no room for it: what was found is told, and not quoted. */
export function unquotedBlock(block: RetrievedBlock): RetrievedBlock {
  return {
    ...block,
    items: [],
    passages: block.passages.map((passage) =>
      passage.action === 'kept' ? { ...passage, action: 'over_budget' } : passage,
    ),
  }
}
