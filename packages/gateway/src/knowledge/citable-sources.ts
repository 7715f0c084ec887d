import type { RetrievedPassage } from '@fairlead/context'
import type { Annotation } from '@fairlead/llm'

type CitablePassage = Pick<
  RetrievedPassage,
  'action' | 'document' | 'id' | 'number' | 'title' | 'url'
>

/**
 * The passages that an answer can name, by the numbers that they have in the prompt, as annotations
 * without a place: what has an address is cited by it, and anything else by its document.
 */
export function citableSources(
  passages: readonly CitablePassage[] = [],
): ReadonlyMap<number, Annotation> {
  const numbered = passages.flatMap((passage): [number, Annotation][] => {
    const { action, number } = passage
    // One that had no room in the prompt was not seen by the model.
    return number === undefined || action === 'over_budget'
      ? []
      : [[number, annotationOf(passage, number)]]
  })
  return new Map(numbered)
}

function annotationOf({ document, id, title, url }: CitablePassage, number: number): Annotation {
  const named = title ?? document ?? id
  if (url !== null) return { type: 'url_citation', url, title: named }
  return { type: 'file_citation', file_id: document ?? id, filename: named, index: number - 1 }
}
