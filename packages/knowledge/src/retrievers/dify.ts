import type { JsonObject } from '@fairlead/base'
import type { FoundPassage, Retriever } from '../found-passage.ts'
import { InexpressibleFilterError } from '../inexpressible-filter-error.ts'
import type { MetadataFilter } from '../metadata-filter.ts'
import {
  addressBelow,
  askService,
  comparableMetadata,
  passageId,
  passageText,
  scoreOf,
  textOrNull,
} from './ask-service.ts'
import type { RetrieverOptions } from './retriever-options.ts'
import { withinQuery } from './within-query.ts'

/**
 * A service with Dify's external knowledge API. Its conditions are one list, joined by one operator: of
 * a filter that cannot be said so, a search rejects with an InexpressibleFilterError.
 */
export function difyRetriever(options: RetrieverOptions): Retriever {
  const { knowledgeId, url } = options
  return {
    async search(query) {
      const { filter, minScore = 0, signal, text, topK } = query
      const body = {
        knowledge_id: knowledgeId,
        query: text,
        retrieval_setting: { top_k: topK, score_threshold: minScore },
        ...(filter === undefined ? {} : { metadata_condition: conditionOf(filter) }),
      }
      const address = addressBelow(url, 'retrieval')
      const records = await askService(options, address, body, 'records', signal)
      return withinQuery(records.flatMap(passageOf), query)
    },
  }
}

function passageOf(
  { content, metadata, score, title }: JsonObject,
  index: number,
): readonly FoundPassage[] {
  if (typeof content !== 'string' || content === '') return []
  const known = comparableMetadata(metadata)
  const document = textOrNull(known['document_id']) ?? textOrNull(title) ?? `record ${index + 1}`
  return [
    {
      id: passageId(document, content),
      document,
      source: 'external',
      title: textOrNull(title),
      url: textOrNull(known['url'] ?? known['path']),
      headings: [],
      text: passageText(content),
      score: scoreOf(score),
      metadata: known,
    },
  ]
}

const operators = { eq: 'is', ne: 'is not', gt: '>', gte: '≥', lt: '<', lte: '≤' } as const

interface Conditions {
  readonly logical_operator: 'and' | 'or'
  readonly conditions: readonly JsonObject[]
}

function conditionOf(filter: MetadataFilter): Conditions {
  switch (filter.type) {
    case 'and':
    case 'or': {
      const joined = filter.filters.map(conditionOf)
      const fits = joined.every(
        ({ conditions, logical_operator: by }) => conditions.length === 1 || by === filter.type,
      )
      if (!fits) throw inexpressible()
      return {
        logical_operator: filter.type,
        conditions: joined.flatMap(({ conditions }) => conditions),
      }
    }
    case 'in':
    case 'nin': {
      const isIn = filter.type === 'in'
      return {
        logical_operator: isIn ? 'or' : 'and',
        conditions: filter.value.map((value) =>
          condition(filter.key, isIn ? 'is' : 'is not', value),
        ),
      }
    }
    default:
      return {
        logical_operator: 'and',
        conditions: [condition(filter.key, operators[filter.type], filter.value)],
      }
  }
}

function condition(key: string, operator: string, value: string | number | boolean): JsonObject {
  return { name: [key], comparison_operator: operator, value: String(value) }
}

function inexpressible(): Error {
  return new InexpressibleFilterError(
    "Dify's conditions cannot express the filter: && and || cannot be mixed",
  )
}
