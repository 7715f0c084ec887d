import { classifyPrompt } from '../../packages/llm/src/classification/classify-prompt.ts'
import { type PromptType, promptTypes } from '../../packages/llm/src/classification/prompt-type.ts'
import { type Band, readDocuments, readExamples, typesWithDocument } from './examples.ts'

/** How held-out prompts are presented. */
type Presentation = 'alone' | 'before a text' | 'as instructions for a text'

/** How often the classifier is right, from 0 to 1. */
interface Evaluation {
  readonly accuracy: number
  /** By the type that is right: how often each type is given. */
  readonly confusion: ReadonlyMap<PromptType, ReadonlyMap<PromptType, number>>
  readonly bandAccuracy: number
  /** By the band that is right: how often each band is given. */
  readonly bands: ReadonlyMap<Band, ReadonlyMap<Band, number>>
}

/** Judges the classifier by prompts that it has not learned from. */
export function evaluate(presentation: Presentation): Evaluation {
  const documents = readDocuments('held-out')
  const examples = readExamples('held-out').filter(
    ({ type }) => presentation === 'alone' || typesWithDocument.includes(type),
  )
  const confusion = new Map<PromptType, Map<PromptType, number>>()
  const bands = new Map<Band, Map<Band, number>>()
  let [right, rightBands] = [0, 0]
  for (const [index, { type, band, text }] of examples.entries()) {
    // Some 2 KB.
    const document = Array<string>(6)
      .fill(documents[index % documents.length] ?? '')
      .join('\n')
    const given = classifyPrompt(
      presentation === 'alone'
        ? { system: '', user: text }
        : presentation === 'before a text'
          ? { system: '', user: `${text}\n\n${document}` }
          : { system: text, user: document },
    )
    const givenBand = bandOf(given.complexity)
    note(confusion, type, given.type)
    note(bands, band, givenBand)
    if (given.type === type) right += 1
    if (givenBand === band) rightBands += 1
  }
  return {
    accuracy: right / examples.length,
    confusion,
    bandAccuracy: rightBands / examples.length,
    bands,
  }
}

function bandOf(complexity: number): Band {
  return complexity < 30 ? 'simple' : complexity < 65 ? 'medium' : 'complex'
}

function note<Key>(table: Map<Key, Map<Key, number>>, wanted: Key, given: Key): void {
  const row = table.get(wanted) ?? new Map<Key, number>()
  table.set(wanted, row)
  row.set(given, (row.get(given) ?? 0) + 1)
}

/** The table of `docs/routing-classifier.md`: a row for each type, what it was taken for. */
export function confusionTable({ confusion }: Evaluation): readonly (readonly string[])[] {
  return promptTypes.map((type) => {
    const row = confusion.get(type) ?? new Map<PromptType, number>()
    const others = [...row].filter(([given]) => given !== type).toSorted(([, a], [, b]) => b - a)
    const taken = others.map(([given, times]) => (times > 1 ? `${given} ${times}` : given))
    return [type, String(row.get(type) ?? 0), taken.join(', ')]
  })
}
