import type { RetrievedBlock, RetrievedPassage } from '@fairlead/context'
import type { FoundPassage } from '@fairlead/knowledge'
import type { KnowledgeNote } from '../call/knowledge-searcher.ts'
import type { SearchedBase } from '../call/requested-search.ts'
import { type CallSearch, type KnowingCall, namesOf } from './call-knowledge.ts'
import { citableSources } from './citable-sources.ts'
import { searchCallOf } from './search-call-of.ts'

/**
 * Says what became of a call's search, once it is known what of it the prompt has: in the header, as
 * what the answer can cite, and as what its tool file_search has done. Undefined `use` tells nothing.
 */
export function tellKnowledge(
  use: CallSearch | undefined,
  block: RetrievedBlock | undefined,
  call: KnowingCall,
): void {
  if (use === undefined) return
  const { earlier = [], query = '', searched = foundBefore(use, block) } = call.found ?? {}
  if (use.citations === 'Annotations') {
    // Whatever is found now, the answer may name what the prompt quotes already.
    call.citable = new Map([...citableSources(earlier), ...citableSources(block?.passages)])
  }
  call.searchCall = searchCallOf(query, searched, block)
  call.record.knowledge = notesOf(searched, block)
}

/** What the header tells: how much of each base the model was given, and what failed. */
function notesOf(
  searched: readonly SearchedBase[],
  block: RetrievedBlock | undefined,
): readonly KnowledgeNote[] {
  const kept = passagesOf(block).filter(({ action }) => action === 'kept')
  const bases = Map.groupBy(searched, ({ search }) => search.key)
  return Array.from(bases, ([base, searches]) => {
    const hasFailed = searches.every(({ problem }) => problem !== undefined)
    const passages = kept.filter(({ source }) => source === base).length
    return { base, passages: hasFailed ? undefined : passages }
  })
}

/** What a block tells of searches that this call has not made, or not in time. */
function foundBefore(use: CallSearch, block: RetrievedBlock | undefined): readonly SearchedBase[] {
  if (block === undefined) return []
  const passages = passagesOf(block)
  const all = namesOf(use)
  return use.bases.map((search) => {
    const found = passages.filter(({ source }) => source === search.key)
    const problem = (block.problems ?? []).find(
      ({ kind, source }) => kind === 'knowledge' && (source === search.key || source === all),
    )
    return {
      search,
      passages: found.map(withoutText),
      problem: found.length > 0 ? undefined : problem?.problem,
      shortfalls: [],
    }
  })
}

function withoutText({ document, id, metadata, score, source, title, url }: RetrievedPassage) {
  const place = { document: document ?? id, source, headings: [], title, url }
  return {
    ...place,
    id,
    text: '',
    score: score ?? 0,
    metadata: (metadata ?? {}) as FoundPassage['metadata'],
  }
}

function passagesOf(block: RetrievedBlock | undefined): readonly RetrievedPassage[] {
  return (block?.passages ?? []).filter(({ kind }) => kind === 'knowledge')
}
